import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
  visit,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/**
 * A BAD_USER_INPUT for each place where a variable is null and the schema takes no null, because validation lets a nullable
 * variable stand where there is a default value, for whoever leaves it out. What @skip and @include leave out does not
 * count. `document` is valid and holds `operation`; `variables` are as sent, or coerced.
 */
export function findRefusedNulls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): readonly GraphQLError[] {
  const nulls = nullsAmong(operation, variables)
  if (nulls.length === 0) return []
  const strict = strictVariables(schema, document, operation)
  if (!nulls.some((name) => strict.has(name))) return []
  const index = document.definitions.indexOf(operation)
  const asked = withoutLeftOut(document, variables)
  return strictUses(schema, asked, asked.definitions[index])
    .filter(({ node }) => nulls.includes(node.name.value))
    .map(
      ({ node, type }) =>
        new GraphQLError(`The variable $${node.name.value} must not be null where ${String(type)} is wanted.`, {
          nodes: node,
          extensions: { code: 'BAD_USER_INPUT' },
        }),
    )
}

/** Most operations have none, so this is all that they pay for. */
function nullsAmong({ variableDefinitions = [] }: OperationDefinitionNode, variables: Variables): readonly string[] {
  const nulls: string[] = []
  for (const { variable, type, defaultValue } of variableDefinitions) {
    if (type.kind === Kind.NON_NULL_TYPE) continue
    const value = variables[variable.name.value]
    if (value === null || (value === undefined && defaultValue?.kind === Kind.NULL)) nulls.push(variable.name.value)
  }
  return nulls
}

/** By operation: a document is kept, and null is sent for what is optional again and again. */
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>()

/** The variables that some place of an operation takes no null of. */
function strictVariables(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const found = known.get(operation) ?? new Set(strictUses(schema, document, operation).map(({ node }) => node.name.value))
  known.set(operation, found)
  return found
}

function strictUses(schema: GraphQLSchema, document: DocumentNode, operation: DocumentNode['definitions'][number] | undefined) {
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return []
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => {})
  return context.getRecursiveVariableUsages(operation).filter(({ type }) => isNonNullType(type))
}

function withoutLeftOut(document: DocumentNode, variables: Variables): DocumentNode {
  const unlessLeftOut = ({ directives }: { readonly directives?: readonly DirectiveNode[] | undefined }) =>
    directives?.some((directive) => leavesOut(directive, variables)) ? null : undefined
  return visit(document, { Field: unlessLeftOut, FragmentSpread: unlessLeftOut, InlineFragment: unlessLeftOut })
}

function leavesOut({ name, arguments: given = [] }: DirectiveNode, variables: Variables): boolean {
  if (name.value !== 'skip' && name.value !== 'include') return false
  const value = given.find((argument) => argument.name.value === 'if')?.value
  const isMet = value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.BOOLEAN && value.value
  return isMet === (name.value === 'skip')
}
