import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  parseConstValue,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
} from 'graphql'
import type { Requirements } from './names-apart.ts'

/** A supergraph put into a form that the planner plans right. */
export type PlannableSupergraph = {
  readonly document: DocumentNode
  /** By the names that they were given the fields that are required with arguments: to the planner they take none. */
  readonly fixed: ReadonlyMap<string, FixedField>
  /** Names of fields that take arguments and are required without. */
  readonly bare: ReadonlySet<string>
  /** What the planner is told that a field requires, by `needKey`. */
  readonly needs: ReadonlyMap<string, SelectionSetNode>
  /** The same by `Type.field`, for all subgraphs. */
  readonly requirements: Requirements
}

/** A field with the arguments that some field requires it with. */
export type FixedField = { readonly field: string; readonly arguments: readonly ArgumentNode[] }

export const needKey = (subgraph: string, typeName: string, field: string) => `${subgraph} ${typeName}.${field}`

type Typed = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
type Types = ReadonlyMap<string, Typed>

/**
 * The planner knows what is required by its name alone, and one name can stand for one value only: a field that is required
 * with arguments becomes one of its own, for each set of them. The planner takes the first key of a subgraph for one that it
 * resolves: such keys come first. And composition does not tell it that an interface's field is external where it is required.
 */
export function plannableSupergraph(supergraph: DocumentNode): PlannableSupergraph {
  const types: Types = new Map(
    supergraph.definitions.flatMap((each) => (isTyped(each) ? [[each.name.value, each] as const] : [])),
  )
  const requirements = [...types.values()].flatMap(requirementsOf)
  const subgraphs = requirements.length > 0 ? subgraphNames(supergraph) : new Map<string, string>()
  const { planned, fixed, bare, added } = fixing(types)
  const needs = new Map<string, SelectionSetNode>()
  const required = new Map<string, SelectionSetNode[]>()
  /** For each field the graphs where it is required. */
  const external = new Map<FieldDefinitionNode, Set<string>>()
  const texts = new Map<ConstDirectiveNode, string>()
  for (const { type, field, directive, graph, set } of requirements) {
    const need = planned(set, type.name.value)
    needs.set(needKey(subgraphs.get(graph) ?? graph, type.name.value, field.name.value), need)
    const coordinate = `${type.name.value}.${field.name.value}`
    required.set(coordinate, [...(required.get(coordinate) ?? []), need])
    texts.set(directive, stripIgnoredCharacters(print(need)).slice(1, -1))
    for (const selection of set.selections) {
      // An object on the way to what is required may be the graph's own.
      const isLeaf = selection.kind === Kind.FIELD && !selection.selectionSet
      const required = isLeaf ? fieldOf(type, selection.name.value) : undefined
      if (required) external.set(required, (external.get(required) ?? new Set()).add(graph))
    }
  }

  const plannedField = (field: FieldDefinitionNode, type: Typed): FieldDefinitionNode => {
    const directives = (field.directives ?? []).map((directive) => {
      const text = texts.get(directive)
      return text === undefined ? directive : withArgument(directive, 'requires', JSON.stringify(text))
    })
    const graphs = external.get(field)
    return { ...field, directives: graphs && !directives.some(isJoinField) ? joinsOf(type, graphs) : directives }
  }
  const plannedType = (type: Typed): Typed => {
    const directives = (type.directives ?? []).toSorted(
      (one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)),
    )
    if (requirements.length === 0) return { ...type, directives }
    const fields = (type.fields ?? []).map((field) => plannedField(field, type))
    const more = [...(added.get(type.name.value) ?? [])].flatMap((name) => {
      const like = fields.find((each) => each.name.value === fixed.get(name)?.field)
      return like ? [{ ...like, name: { ...like.name, value: name }, arguments: [] }] : []
    })
    return { ...type, directives, fields: [...fields, ...more] }
  }

  const definitions = supergraph.definitions.map((each) => (isTyped(each) ? plannedType(each) : each))
  return { document: { ...supergraph, definitions }, fixed, bare, needs, requirements: required }
}

/** Makes fields of those that are required with arguments. */
function fixing(types: Types) {
  const taken = new Set([...types.values()].flatMap(({ fields = [] }) => fields.map(({ name }) => name.value)))
  const names = new Map<string, string>()
  const fixed = new Map<string, FixedField>()
  const bare = new Set<string>()
  /** For each type the names of the fields that it gets. */
  const added = new Map<string, Set<string>>()

  const nameFor = ({ name: { value: field }, arguments: given = [] }: FieldNode) => {
    const key = stripIgnoredCharacters(`${field}(${given.map(print).sort().join()})`)
    const known = names.get(key)
    if (known) return known
    let name = `${field}__${names.size}`
    while (taken.has(name)) name += '_'
    taken.add(name)
    names.set(key, name)
    fixed.set(name, { field, arguments: given })
    return name
  }
  const plannedField = (field: FieldNode, typeName: string): FieldNode => {
    const { name, selectionSet } = field
    const definition = fieldOf(types.get(typeName), name.value)
    const inner = selectionSet && definition ? { selectionSet: planned(selectionSet, namedType(definition.type)) } : {}
    if ((field.arguments ?? []).length === 0) {
      if ((definition?.arguments ?? []).length > 0) bare.add(name.value)
      return { ...field, ...inner }
    }
    const given = nameFor(field)
    const members = [...types.values()].filter(({ interfaces = [] }) => interfaces.some((each) => each.name.value === typeName))
    for (const each of [typeName, ...members.map((member) => member.name.value)]) {
      added.set(each, (added.get(each) ?? new Set()).add(given))
    }
    return { ...field, ...inner, name: { ...name, value: given }, arguments: [] }
  }
  const planned = (set: SelectionSetNode, typeName: string): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD) return plannedField(selection, typeName)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      return {
        ...selection,
        selectionSet: planned(selection.selectionSet, selection.typeCondition?.name.value ?? typeName),
      }
    }),
  })
  return { planned, fixed, bare, added }
}

type Requirement = {
  readonly type: Typed
  readonly field: FieldDefinitionNode
  readonly directive: ConstDirectiveNode
  /** The enum value that stands for a subgraph. */
  readonly graph: string
  readonly set: SelectionSetNode
}

const requirementsOf = (type: Typed): readonly Requirement[] =>
  (type.fields ?? []).flatMap((field) =>
    (field.directives ?? []).flatMap((directive): readonly Requirement[] => {
      const requires = isJoinField(directive) ? argumentOf(directive, 'requires') : undefined
      const graph = requires && argumentOf(directive, 'graph')
      if (requires?.kind !== Kind.STRING || graph?.kind !== Kind.ENUM) return []
      return [{ type, field, directive, graph: graph.value, set: selectionSetOf(requires.value) }]
    }),
  )

const isTyped = (node: DocumentNode['definitions'][number]): node is Typed =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION

const argumentOf = (directive: ConstDirectiveNode, wanted: string) =>
  directive.arguments?.find(({ name }) => name.value === wanted)?.value

const isJoinField = ({ name }: ConstDirectiveNode) => name.value === 'join__field'

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  const resolvable = directive.name.value === 'join__type' ? argumentOf(directive, 'resolvable') : undefined
  return resolvable?.kind === Kind.BOOLEAN && !resolvable.value
}

/** For a field of all graphs of its type that some of them know only from others. */
function joinsOf({ directives = [] }: Typed, external: ReadonlySet<string>): readonly ConstDirectiveNode[] {
  const graphs = directives.flatMap((directive) => {
    const graph = directive.name.value === 'join__type' ? argumentOf(directive, 'graph') : undefined
    return graph?.kind === Kind.ENUM ? [graph.value] : []
  })
  return [...new Set(graphs)].map((graph) => {
    const join = withArgument({ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'join__field' } }, 'graph', graph)
    return external.has(graph) ? withArgument(join, 'external', 'true') : join
  })
}

/** `value` is GraphQL. */
const withArgument = (directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode => ({
  ...directive,
  arguments: [
    ...(directive.arguments ?? []).filter((each) => each.name.value !== name),
    { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value: parseConstValue(value, { noLocation: true }) },
  ],
})

/** The subgraphs' own names by those that they have in the supergraph. */
function subgraphNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const graphs = definitions.flatMap((each) =>
    each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === 'join__Graph' ? (each.values ?? []) : [],
  )
  return new Map(
    graphs.flatMap(({ name, directives = [] }) =>
      directives.flatMap((directive) => {
        const own = argumentOf(directive, 'name')
        return own?.kind === Kind.STRING ? [[name.value, own.value] as const] : []
      }),
    ),
  )
}

const fieldOf = (type: Typed | undefined, name: string) => type?.fields?.find((field) => field.name.value === name)

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))

function selectionSetOf(text: string): SelectionSetNode {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a requirement is a selection')
  return definition.selectionSet
}
