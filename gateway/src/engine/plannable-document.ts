import { type DirectiveNode, type DocumentNode, Kind, parse, type SelectionNode, type SelectionSetNode, visit } from 'graphql'
import { fragmentsOf } from '../fragments.ts'
import { conditionsOf } from './conditions.ts'

/** An operation put into a form that the planner plans right. */
export type PlannableDocument = {
  /** What is answered. */
  readonly document: DocumentNode
  /** What is planned: the same without what is never included. */
  readonly planned: DocumentNode
  /** For each name that was given for planning the client's own. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Names of all fields of a supergraph. */
export const fieldNamesOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? (definition.fields ?? []).map(({ name }) => name.value)
        : [],
    ),
  )

/** Names of fields that some field of a supergraph requires with arguments of its own. */
export function namesRequiredWithArguments(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(supergraph, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'join__field') return
      for (const { name: argument, value } of given) {
        if (argument.value !== 'requires' || value.kind !== Kind.STRING || !value.value.includes('(')) continue
        visit(parse(`{${value.value}}`), {
          Field: (field) => void ((field.arguments?.length ?? 0) > 0 && names.add(field.name.value)),
        })
      }
    },
  })
  return names
}

/** What the planner mistakes names for. */
export type AmbiguousNames = {
  /** Names of all fields: an alias of that name. */
  readonly fields: ReadonlySet<string>
  /** Fields that are required with arguments: the same field as the client asks for it. */
  readonly required: ReadonlySet<string>
}

/**
 * Gives other names to aliases that are names of fields too, and to fields that a plan may need with other arguments. Where
 * a plan needs a key `id` that the client has as an alias of something else, the planner takes the one for the other.
 */
export function plannableDocument(document: DocumentNode, ambiguous: AmbiguousNames): PlannableDocument {
  const { fields: fieldNames, required } = ambiguous
  const taken = new Set(fieldNames)
  visit(document, { Field: ({ alias }) => void (alias && taken.add(alias.value)) })
  const aliases = new Map<string, string>()
  const given = new Map<string, string>()
  const nameFor = (alias: string, field: string) => {
    const known = given.get(`${alias} ${field}`)
    if (known) return known
    let name = `${alias}__${field}`
    while (taken.has(name)) name += '_'
    taken.add(name)
    given.set(`${alias} ${field}`, name)
    aliases.set(name, alias)
    return name
  }
  const renamed: DocumentNode = visit(document, {
    Field(node) {
      const { alias, name } = node
      // Introspection is not planned.
      if (name.value === '__schema' || name.value === '__type') return false
      const own = alias?.value ?? name.value
      if (own === name.value ? !required.has(own) : !fieldNames.has(own)) return undefined
      return { ...node, alias: { kind: Kind.NAME, value: nameFor(own, name.value) } }
    },
  })
  return { document: renamed, planned: withoutNever(renamed), aliases }
}

/**
 * Leaves out selections that @skip or @include always leave out, for the planner asks for what they require. An object of
 * which everything may be left out is still asked for its type, to learn whether it is there.
 */
function withoutNever(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document)
  const mayBeNothing = (selection: SelectionNode): boolean => {
    // Never included, or under a condition.
    if (conditionsOf(selection.directives)?.length !== 0) return true
    if (selection.kind === Kind.FIELD) return false
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    return inner?.selectionSet.selections.every(mayBeNothing) ?? false
  }
  const unlessNever = ({ directives }: { readonly directives?: readonly DirectiveNode[] | undefined }) =>
    conditionsOf(directives) ? undefined : null
  return visit(document, {
    Field: {
      enter: unlessNever,
      leave({ selectionSet, ...node }) {
        if (!selectionSet?.selections.every(mayBeNothing)) return undefined
        return { ...node, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPE_NAME] } }
      },
    },
    InlineFragment: { enter: unlessNever, leave: unlessEmpty },
    FragmentSpread: unlessNever,
    FragmentDefinition: { leave: unlessEmpty },
    OperationDefinition: { leave: unlessEmpty },
  })
}

/** Names of the variables that @skip and @include depend on. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: given }) {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** The same operation planned for the one set of values that its conditions have. */
export function withValues(asked: PlannableDocument, values: ReadonlyMap<string, boolean>): PlannableDocument {
  const planned: DocumentNode = visit(asked.document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return undefined
      const given = node.arguments?.map((argument) => {
        const value = argument.value.kind === Kind.VARIABLE ? values.get(argument.value.name.value) : undefined
        return value === undefined ? argument : { ...argument, value: { kind: Kind.BOOLEAN as const, value } }
      })
      return { ...node, arguments: given ?? [] }
    },
  })
  return { ...asked, planned: withoutNever(planned) }
}

const TYPE_NAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

const unlessEmpty = <Node extends { readonly selectionSet: SelectionSetNode }>(node: Node): Node | undefined =>
  node.selectionSet.selections.length > 0
    ? undefined
    : { ...node, selectionSet: { ...node.selectionSet, selections: [TYPE_NAME] } }

/** A path of the data as the client knows it. */
export const clientPath = (path: readonly (string | number)[], aliases: ReadonlyMap<string, string>) =>
  path.map((part) => (typeof part === 'string' ? (aliases.get(part) ?? part) : part))
