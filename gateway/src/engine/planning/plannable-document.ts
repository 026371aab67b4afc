import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Operation } from '../../admission/admission.ts'
import { conditionsOf } from '../../admission/conditions.ts'
import { fragmentsOf } from '../../admission/fragments.ts'
import { withRootsOnce } from './mutation-roots.ts'
import { type Requirements, withNamesApart } from './names-apart.ts'
import { plannableSupergraph } from './plannable-supergraph.ts'
import { withPossibleFragments } from './possible-fragments.ts'
import { interfaceObjectsOf } from './type-names.ts'

/** An operation put into a form that the planner plans right. */
export type PlannableDocument = {
  /** What is answered. */
  readonly document: DocumentNode
  /** What is planned: the same without introspection and what is never included. */
  readonly planned: DocumentNode
  /** Whether it can be planned only for one set of values of its conditions. */
  readonly isUncertain: boolean
  /** For each name that was given for planning the client's own. */
  readonly aliases: ReadonlyMap<string, string>
  /** For each variable that was named for planning the client's own. */
  readonly variables: ReadonlyMap<string, string>
}

/** Names of all fields of a supergraph. */
const fieldNamesOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? (definition.fields ?? []).map(({ name }) => name.value)
        : [],
    ),
  )

/** What the planner mistakes names for. */
export type AmbiguousNames = {
  /** Names of all fields, those that it is given included: an alias of that name. */
  readonly fields: ReadonlySet<string>
  /** Fields that are required without arguments that they take: the same field as the client asks for it. */
  readonly bare: ReadonlySet<string>
  /** For each name that it is given the field that it stands for. */
  readonly fixed: ReadonlyMap<string, string>
  /** Interfaces that some subgraph knows as an object. */
  readonly interfaceObjects: ReadonlySet<string>
  readonly requirements: Requirements
}

export function ambiguousNamesOf(supergraph: DocumentNode): AmbiguousNames {
  const { document, bare, fixed, requirements } = plannableSupergraph(supergraph)
  return {
    fields: fieldNamesOf(document),
    bare,
    fixed: new Map([...fixed].map(([name, { field }]) => [name, field])),
    interfaceObjects: interfaceObjectsOf(supergraph),
    requirements,
  }
}

/** A variable of every operation that asks for entities. */
const OWN_VARIABLE = 'representations'

/** Names that mean something to GraphQL, or to whoever makes names for a plan. */
const RESERVED = /^__|__alias_\d+$/

/**
 * Gives other names to aliases that are names of fields too, or reserved, and to fields that a plan may need with other
 * arguments. Where a plan needs a key `id` that the client has as an alias of something else, the planner takes the one for
 * the other.
 */
export function plannableDocument(
  { document, operationName }: Pick<Operation, 'document' | 'operationName'>,
  { fields, bare, fixed, interfaceObjects, requirements }: AmbiguousNames,
  schema: GraphQLSchema,
): PlannableDocument {
  const possible = withPossibleFragments(document, schema, interfaceObjects)
  const taken = new Set(fields)
  const variableNames = new Set<string>()
  visit(possible, {
    Field: ({ alias }) => void (alias && taken.add(alias.value)),
    Variable: ({ name }) => void variableNames.add(name.value),
  })
  let variable = OWN_VARIABLE
  while (variableNames.has(variable)) variable += '_'
  const aliases = new Map(fixed)
  const given = new Map<string, string>()
  /** `known` is the client's own name. */
  const giveName = (alias: string, field: string, known = alias) => {
    // Not reserved itself.
    let name = `${alias.startsWith('_') ? 'a' : ''}${alias}__${field}`
    while (taken.has(name) || RESERVED.test(name)) name += '_'
    taken.add(name)
    aliases.set(name, known)
    return name
  }
  const nameFor = (alias: string, field: string) => {
    const known = given.get(`${alias} ${field}`) ?? giveName(alias, field)
    given.set(`${alias} ${field}`, known)
    return known
  }
  const unambiguous: DocumentNode = visit(possible, {
    Field(node) {
      const { alias, name, arguments: own = [] } = node
      if (isIntrospection(node)) return false
      const asked = alias?.value ?? name.value
      const isAmbiguous = asked === name.value ? bare.has(asked) && own.length > 0 : fields.has(asked) || RESERVED.test(asked)
      return isAmbiguous ? { ...node, alias: { kind: Kind.NAME, value: nameFor(asked, name.value) } } : undefined
    },
    Variable: (node) => (node.name.value === OWN_VARIABLE ? { ...node, name: { ...node.name, value: variable } } : undefined),
  })
  const apart = withNamesApart(unambiguous, operationOf(unambiguous, operationName), schema, {
    requirements,
    give: (alias, field) => giveName(alias, field, aliases.get(alias)),
  })
  const variables = new Map(variable === OWN_VARIABLE ? [] : [[variable, OWN_VARIABLE]])
  return { document: apart, ...plannedOf(apart, schema), aliases, variables }
}

/** The values of variables under the client's names, and under those that were given for planning. */
export function valuesFor(
  given: Readonly<Record<string, unknown>>,
  { variables }: Pick<PlannableDocument, 'variables'>,
): Readonly<Record<string, unknown>> {
  if (variables.size === 0) return given
  const more = [...variables].flatMap(([name, own]) => (Object.hasOwn(given, own) ? [[name, given[own]] as const] : []))
  return { ...given, ...Object.fromEntries(more) }
}

/** Throws if there is none of that name. */
export function operationOf({ definitions }: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = definitions.find(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && (operationName === undefined || each.name?.value === operationName),
  )
  if (!operation) throw new Error('an admitted document holds its operation')
  return operation
}

function plannedOf(document: DocumentNode, schema: GraphQLSchema): Pick<PlannableDocument, 'planned' | 'isUncertain'> {
  const possible = withoutNever(withTypeNames(document, schema))
  const once = withRootsOnce(possible)
  return { planned: once ?? possible, isUncertain: once === null }
}

/** The planner leaves out an object of a type that has no members, which is then null for no reason; not if its type is asked. */
function withTypeNames(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const isBarren = (type: unknown) => isAbstractType(type) && schema.getPossibleTypes(type).length === 0
  if (!Object.values(schema.getTypeMap()).some(isBarren)) return document
  const types = new TypeInfo(schema)
  return visit(
    document,
    visitWithTypeInfo(types, {
      SelectionSet: (set) =>
        isBarren(types.getParentType()) ? { ...set, selections: [...set.selections, TYPE_NAME] } : undefined,
    }),
  )
}

const isIntrospection = ({ name }: FieldNode) => name.value === '__schema' || name.value === '__type'

/**
 * Leaves out introspection, which no subgraph is asked for wherever it stands, and selections that @skip or @include always
 * leave out, for the planner asks for what they require. An object of which everything may be left out is still asked for
 * its type, to learn whether it is there.
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
      enter: (node) => (isIntrospection(node) ? null : unlessNever(node)),
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
export function withValues(
  asked: PlannableDocument,
  values: ReadonlyMap<string, boolean>,
  schema: GraphQLSchema,
): PlannableDocument {
  const chosen: DocumentNode = visit(asked.document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return undefined
      const given = node.arguments?.map((argument) => {
        const value = argument.value.kind === Kind.VARIABLE ? values.get(argument.value.name.value) : undefined
        return value === undefined ? argument : { ...argument, value: { kind: Kind.BOOLEAN as const, value } }
      })
      return { ...node, arguments: given ?? [] }
    },
  })
  return { ...asked, ...plannedOf(chosen, schema) }
}

const TYPE_NAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

const unlessEmpty = <Node extends { readonly selectionSet: SelectionSetNode }>(node: Node): Node | undefined =>
  node.selectionSet.selections.length > 0
    ? undefined
    : { ...node, selectionSet: { ...node.selectionSet, selections: [TYPE_NAME] } }

/** A path of the data as the client knows it. */
export const clientPath = (path: readonly (string | number)[], aliases: ReadonlyMap<string, string>) =>
  path.map((part) => (typeof part === 'string' ? (aliases.get(part) ?? part) : part))
