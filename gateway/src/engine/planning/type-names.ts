import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parseType,
  type SelectionNode,
  type TypeNode,
  visit,
} from 'graphql'

/**
 * Names of fields that some subgraph gives a narrower type than the graph has, e.g. an object type in place of an interface.
 * The planner does not ask it for the type's name, because there it can be only one.
 */
export function narrowedFieldsOf(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(supergraph, { FieldDefinition: (field) => void (isNarrowed(field) && names.add(field.name.value)) })
  return names
}

const isNarrowed = ({ type, directives = [] }: FieldDefinitionNode): boolean =>
  argumentsOf(directives, 'join__field', 'type').some(
    (own) => own.kind === Kind.STRING && namedType(parseType(own.value)) !== namedType(type),
  )

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))

/** Names of interfaces that some subgraph knows as objects: an object from there has no other name. */
export const interfaceObjectsOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((definition) => {
      if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return []
      const marks = argumentsOf(definition.directives ?? [], 'join__type', 'isInterfaceObject')
      return marks.some((mark) => mark.kind === Kind.BOOLEAN && mark.value) ? [definition.name.value] : []
    }),
  )

const argumentsOf = (directives: readonly DirectiveNode[], directive: string, argument: string) =>
  directives
    .filter(({ name }) => name.value === directive)
    .flatMap(({ arguments: given = [] }) => given.flatMap(({ name, value }) => (name.value === argument ? [value] : [])))

const TYPE_NAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/** The document with the names of the types of what `narrowed` fields give: the answer depends on them. */
export const withTypeNames = (document: DocumentNode, narrowed: ReadonlySet<string>): DocumentNode =>
  narrowed.size === 0
    ? document
    : visit(document, {
        Field: {
          leave({ selectionSet, ...node }) {
            if (!selectionSet || !narrowed.has(node.name.value)) return undefined
            return { ...node, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPE_NAME] } }
          },
        },
      })
