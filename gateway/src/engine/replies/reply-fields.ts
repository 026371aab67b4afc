import { type FieldNode, Kind, type SelectionSetNode } from 'graphql'
import { checkedName } from '../compiling/code.ts'

/** What an object of a reply has. */
export type Fields = {
  readonly children: ReadonlyMap<string, readonly SelectionSetNode[]>
  /** Whether all of them come, always and in this order. */
  readonly isFixed: boolean
}

/** The fields of an object by response name, with what is asked of each. Null where it cannot be told. */
export function fieldsOfAll(sets: readonly SelectionSetNode[]): Fields | null {
  const children = new Map<string, SelectionSetNode[]>()
  let isFixed = true
  let fragments = 0
  const addField = ({ alias, name, selectionSet, directives }: FieldNode): boolean => {
    const responseName = checkedName(alias?.value ?? name.value)
    const known = children.get(responseName) ?? []
    children.set(responseName, selectionSet ? [...known, selectionSet] : known)
    if ((directives ?? []).length > 0) isFixed = false
    return isOrdinary(responseName)
  }
  const addSet = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return addField(selection)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return false
      if (selection.typeCondition) fragments++
      if ((selection.directives ?? []).length > 0) isFixed = false
      return addSet(selection.selectionSet)
    })
  if (!sets.every(addSet) || children.size === 0) return null
  const isOneFragment = fragments === 1 && sets.every((set) => set.selections.every(({ kind }) => kind !== Kind.FIELD))
  return { children, isFixed: isFixed && (fragments === 0 || isOneFragment) }
}

/** Whether it is no name that every object inherits. */
export const isOrdinary = (name: string) => !(checkedName(name) in Object.prototype)
