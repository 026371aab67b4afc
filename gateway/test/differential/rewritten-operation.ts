import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Operation } from '../../src/admission/admission.ts'

/** Takes an operation for another one, which need not be valid. */
export type Rewriting = (operation: Operation, schema: GraphQLSchema) => Operation

type Around = {
  /** Names of all fields of the type that has the field. */
  readonly names: readonly string[]
  /** Name of the type of the field's value. */
  readonly below: string | undefined
  /** Fields above it, as far as the fragment shows them. */
  readonly depth: number
}

/** Each field as `change` gives it; null leaves it out. */
export const rewriting =
  (change: (field: FieldNode, around: Around) => FieldNode | null): Rewriting =>
  (operation, schema) =>
    withFields(operation, schema, (field, { parents, below, path }) => {
      const parent = parents.at(-1)
      const names = parent && 'getFields' in parent ? Object.keys(parent.getFields()) : []
      return change(field, { names, below, depth: path.length })
    })

/** Two fields under one name at one place. */
export type Meeting = {
  readonly first: FieldNode
  readonly field: FieldNode
  /** On which the first one depends. */
  readonly conditions: readonly DirectiveNode[]
  /** Whether their types exclude each other; otherwise one of them is asked of all types. */
  readonly isExclusive: boolean
  /** Whether the type of the second has the first one, and they are of one type. */
  readonly isAlike: boolean
}

/** The second of two fields that meet as `change` gives it. */
export const meeting = (change: (met: Meeting) => FieldNode): Rewriting => {
  return (operation, schema) => {
    const known = new Map<string, { field: FieldNode; parents: Place['parents']; conditions: readonly DirectiveNode[] }>()
    return withFields(operation, schema, (field, { parents, path, conditions }) => {
      const parent = parents.at(-1)
      const key = [...path, responseName(field)].join(' ')
      const first = known.get(key)
      if (!first) known.set(key, { field, parents, conditions })
      if (!parent || !first || first.parents.every((one, level) => one === parents[level])) return field
      const own = 'getFields' in parent ? parent.getFields() : {}
      const above = first.parents.at(-1)
      const other = above && 'getFields' in above ? above.getFields()[first.field.name.value] : undefined
      const type = String(own[field.name.value]?.type)
      return change({
        first: first.field,
        field,
        conditions: first.conditions,
        isExclusive: parents.some((one, level) => isExclusive(one, first.parents[level])),
        isAlike: own[first.field.name.value] !== undefined && String(other?.type) === type,
      })
    })
  }
}

const isExclusive = (one: GraphQLCompositeType | undefined, other: GraphQLCompositeType | undefined) =>
  one !== other && isObjectType(one) && isObjectType(other)

type Place = {
  /** Types of the objects on the way, of which the last has the field. */
  readonly parents: readonly (GraphQLCompositeType | undefined)[]
  readonly below: string | undefined
  readonly path: readonly string[]
  readonly conditions: readonly DirectiveNode[]
}

const responseName = ({ alias, name }: FieldNode) => alias?.value ?? name.value

function withFields(
  operation: Operation,
  schema: GraphQLSchema,
  change: (field: FieldNode, place: Place) => FieldNode | null,
): Operation {
  const types = new TypeInfo(schema)
  const path: string[] = []
  const parents: (GraphQLCompositeType | undefined)[] = []
  const conditions: (readonly DirectiveNode[])[] = []
  const document: DocumentNode = visit(
    operation.document,
    visitWithTypeInfo(types, {
      FragmentDefinition: (node) => {
        path.splice(0, path.length, node.name.value)
        parents.splice(0, parents.length, undefined)
      },
      InlineFragment: {
        enter: (node) => void conditions.push(node.directives ?? []),
        leave: () => void conditions.pop(),
      },
      Field: {
        enter(node) {
          const type = types.getType()
          const made = change(node, {
            parents: [...parents, types.getParentType() ?? undefined],
            below: type ? getNamedType(type).name : undefined,
            path: [...path],
            conditions: [...(node.directives ?? []), ...(conditions.at(-1) ?? [])],
          })
          if (!made) return null
          path.push(responseName(node))
          parents.push(types.getParentType() ?? undefined)
          return made === node ? undefined : made
        },
        leave() {
          path.pop()
          parents.pop()
        },
      },
      SelectionSet: { leave: (node) => (node.selections.length > 0 ? undefined : { ...node, selections: [TYPE_NAME] }) },
    }),
  )
  const definition = document.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === operation.definition.name?.value,
  )
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('an admitted document holds its operation')
  return { ...operation, query: print(document), document, definition }
}

const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
