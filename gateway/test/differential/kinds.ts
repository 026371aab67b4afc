import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'
import { fragmentsOf } from '../../src/admission/fragments.ts'
import type { MadeTrouble } from './make-trouble.ts'
import type { EntityPlan, FieldPlan, GraphPlan } from './plan-types.ts'
import { formsOf, RESERVED_FORMS } from './reserved-names.ts'

/** What engines have gone wrong at. A run in which one of these does not occur shows nothing of it. */
export const KINDS: readonly string[] = [
  'members selected differently at one path',
  'one name for different arguments',
  'one name for different fields',
  'a condition on one of two that exclude each other',
  'a field for all beside that of a fragment',
  'a list of lists of objects',
  'a required argument',
  'one field required with different arguments',
  'one field required with different arguments by several subgraphs',
  'one field of another object required with different arguments',
  "a client's argument beside a required one",
  'a condition beside a required argument',
  'a key that is not resolvable',
  'several keys',
  'a compound key',
  'a Query behind a field',
  'the schema behind a field',
  ...RESERVED_FORMS.map((form) => `an alias that may be taken for ${form}`),
  'a list for an object',
  'an object for a list',
  'a text for an Int',
  'a wrong item',
]

/** One field of a selection set with the fragments written out, under the types that must be met for it. */
type Asked = {
  readonly node: FieldNode
  readonly parent: GraphQLCompositeType
  /** Of each level, the object type that was asked for there. */
  readonly branch: readonly (string | null)[]
  readonly isConditional: boolean
}

/** Tells of which kinds an operation is. */
export function createKindsOf(
  schema: GraphQLSchema,
  plan: GraphPlan,
): (operation: Operation, made: MadeTrouble) => ReadonlySet<string> {
  const entities = new Map(plan.entities.map((entity) => [entity.name, entity]))

  return ({ document, definition }, { wrong }) => {
    const kinds = new Set<string>()
    const fragments = fragmentsOf(document)
    const root = schema.getRootType(definition.operation)
    if (!root) return kinds

    const asked = (
      set: SelectionSetNode,
      parent: GraphQLCompositeType,
      branch: Asked['branch'],
      isConditional: boolean,
    ): readonly Asked[] =>
      set.selections.flatMap((node): readonly Asked[] => {
        const isLess = isConditional || (node.directives?.length ?? 0) > 0
        const own = isObjectType(parent) ? parent.name : null
        if (node.kind === Kind.FIELD) return [{ node, parent, branch: [...branch, own], isConditional: isLess }]
        const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
        const condition = inner?.typeCondition ? schema.getType(inner.typeCondition.name.value) : parent
        if (!inner || !isComposite(condition)) return []
        return asked(inner.selectionSet, isObjectType(parent) ? parent : condition, branch, isLess)
      })

    const visit = (fields: readonly Asked[], depth: number): void => {
      for (const kind of requirementKinds(entities, fields)) kinds.add(kind)
      for (const group of Object.values(Object.groupBy(fields, ({ node }) => `${node.alias?.value ?? node.name.value}`))) {
        if (!group) continue
        for (const kind of meetingKinds(group)) kinds.add(kind)
        for (const { node, parent } of group) {
          for (const kind of aliasKinds(node, parent)) kinds.add(kind)
          if (depth > 0 && node.name.value === '__schema') kinds.add('the schema behind a field')
        }
        const below = group.flatMap((each) => {
          const type = typeOf(each)
          const named = type && getNamedType(type)
          if (!type || !isComposite(named) || !each.node.selectionSet) return []
          if (levelsOf(type) > 1) kinds.add('a list of lists of objects')
          if (named === schema.getQueryType()) kinds.add('a Query behind a field')
          return asked(each.node.selectionSet, named, each.branch, false)
        })
        if (below.length > 0) visit(below, depth + 1)
      }
      for (const { parent } of fields) for (const kind of keyKinds(entities.get(parent.name))) kinds.add(kind)
    }
    visit(asked(definition.selectionSet, root, [], false), 0)
    if (wrong) {
      kinds.add(wrong.about)
      if (wrong.isItem) kinds.add('a wrong item')
    }
    return kinds
  }
}

const isComposite = (type: GraphQLNamedType | undefined): type is GraphQLCompositeType =>
  type !== undefined && isCompositeType(type)

const typeOf = ({ node, parent }: Asked): GraphQLOutputType | undefined =>
  'getFields' in parent ? parent.getFields()[node.name.value]?.type : undefined

const levelsOf = (type: GraphQLOutputType): number =>
  isNonNullType(type) ? levelsOf(type.ofType) : isListType(type) ? 1 + levelsOf(type.ofType) : 0

/** Whether no object is both. */
const isExclusive = (one: Asked, other: Asked) =>
  one.branch.some((type, level) => {
    const beside = other.branch[level]
    return type !== null && beside !== null && type !== beside
  })

function meetingKinds(group: readonly Asked[]): readonly string[] {
  return group.flatMap((one, at) =>
    group.slice(at + 1).flatMap((other) => {
      const below = [one, other].map(({ node }) => (node.selectionSet ? print(node.selectionSet) : ''))
      const isDifferent = below[0] !== below[1]
      if (!isExclusive(one, other)) {
        return isDifferent && isInterfaceType(one.parent) !== isInterfaceType(other.parent)
          ? ['a field for all beside that of a fragment']
          : []
      }
      const isOther = one.node.name.value !== other.node.name.value
      const isAskedOtherwise = !isOther && argumentsOf(one.node) !== argumentsOf(other.node)
      return [
        ...(isDifferent ? ['members selected differently at one path'] : []),
        ...(isOther ? ['one name for different fields'] : []),
        ...(isAskedOtherwise ? ['one name for different arguments'] : []),
        ...(one.isConditional !== other.isConditional ? ['a condition on one of two that exclude each other'] : []),
      ]
    }),
  )
}

const argumentsOf = ({ arguments: given = [] }: FieldNode) =>
  given
    .map((each) => print(each))
    .sort()
    .join()

function aliasKinds({ alias, name }: FieldNode, parent: GraphQLCompositeType): readonly string[] {
  if (!alias || alias.value === name.value || !('getFields' in parent)) return []
  return formsOf(alias.value, name.value, Object.keys(parent.getFields())).map((form) => `an alias that may be taken for ${form}`)
}

function keyKinds(entity: EntityPlan | undefined): readonly string[] {
  const keys = [...(entity?.presence.values() ?? [])].flat()
  return [
    ...(keys.some(({ isResolvable }) => !isResolvable) ? ['a key that is not resolvable'] : []),
    ...(new Set(keys.map(({ selection }) => selection)).size > 1 ? ['several keys'] : []),
    ...(keys.some(({ selection }) => /\W/.test(selection)) ? ['a compound key'] : []),
  ]
}

/** Of fields that are asked of one object. */
function requirementKinds(entities: ReadonlyMap<string, EntityPlan>, fields: readonly Asked[]): readonly string[] {
  const requiring = fields.flatMap((asked) => {
    const field = fieldOf(entities, asked)
    return field?.requires?.selection.includes('(') ? [{ asked, field, selection: field.requires.selection }] : []
  })
  const beside = fields.filter(({ node }) => node.name.value === 'price')
  return requiring.flatMap(({ asked, field, selection }, at) => {
    const others = requiring
      .slice(at + 1)
      .filter(
        (other) =>
          other.asked.parent === asked.parent &&
          other.selection !== selection &&
          other.field.requires?.fields.join() === field.requires?.fields.join(),
      )
    const isBehind = field.requires?.beyond !== undefined
    return [
      'a required argument',
      ...(asked.isConditional ? ['a condition beside a required argument'] : []),
      ...(others.length > 0 ? ['one field required with different arguments'] : []),
      ...(others.some((other) => other.field.owners[0] !== field.owners[0])
        ? ['one field required with different arguments by several subgraphs']
        : []),
      ...(others.length > 0 && isBehind ? ['one field of another object required with different arguments'] : []),
      ...(beside.some(({ node }) => !isBehind && argumentsOf(node) !== '') ? ["a client's argument beside a required one"] : []),
    ]
  })
}

const fieldOf = (entities: ReadonlyMap<string, EntityPlan>, { node, parent }: Asked): FieldPlan | undefined =>
  entities.get(parent.name)?.fields.find(({ name }) => name === node.name.value)
