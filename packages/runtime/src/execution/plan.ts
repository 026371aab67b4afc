import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql'
import { completerOf } from './complete.ts'
import { entitiesCompleter, entitiesResolver, entityUnion } from './entities.ts'
import type { FieldPlan, OperationPlan, Selection } from './run.ts'
import { type CollectScope, collectFields, type Fragments, type Variables } from './selection.ts'

/** Quotes, colon and comma. */
const CHARACTERS_PER_FIELD = 4
/** Braces. */
const CHARACTERS_PER_OBJECT = 2

const charactersOf = ({ responseName, constant }: FieldPlan) =>
  responseName.length + CHARACTERS_PER_FIELD + (constant === null ? 0 : constant.length + 2)

/** Values of conditions for which the fields are kept. */
const MAX_CONDITIONS = 16

/**
 * Null for what is left to graphql-js: an answer with a name that objects treat differently, and documents in which the
 * operation cannot be told.
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): OperationPlan | null {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [operation] = operationName == null ? operations : operations.filter(({ name }) => name?.value === operationName)
  const rootType = operation && schema.getRootType(operation.operation)
  if (!operation || !rootType) return null
  if (operationName == null && operations.length > 1) return null
  const fragments: Fragments = Object.assign(
    Object.create(null),
    Object.fromEntries(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    ),
  )
  const { conditions, hasOddName } = examine(document)
  if (hasOddName) return null
  const known = new Map<string, Selection>()
  return {
    schema,
    operation,
    fragments,
    rootType,
    selectionFor(variables) {
      const key = conditions.map((name) => String(variables[name])).join()
      const found = known.get(key)
      if (found) return found
      const selection = selectionOf({ schema, fragments, variables }, rootType, [operation])
      if (known.size < MAX_CONDITIONS) known.set(key, selection)
      return selection
    },
  }
}

/** The variables of @skip and @include, and whether a name of the answer is no ordinary property. */
function examine(document: DocumentNode): { conditions: readonly string[]; hasOddName: boolean } {
  const conditions = new Set<string>()
  let hasOddName = false
  visit(document, {
    Field(node) {
      if ((node.alias ?? node.name).value === '__proto__') hasOddName = true
    },
    Directive(node) {
      for (const argument of node.arguments ?? []) {
        if (argument.value.kind === Kind.VARIABLE) conditions.add(argument.value.name.value)
      }
    },
  })
  return { conditions: [...conditions], hasOddName }
}

function selectionOf(
  scope: CollectScope,
  type: GraphQLObjectType,
  parents: readonly (FieldNode | OperationDefinitionNode)[],
): Selection {
  const fields = collectFields(
    scope,
    type,
    parents.map(({ selectionSet }) => selectionSet),
  )
  const plans: FieldPlan[] = []
  for (const [responseName, nodes] of fields) {
    const plan = fieldPlan(scope, type, responseName, nodes)
    if (plan) plans.push(plan)
  }
  const names = plans.map(({ responseName }) => responseName)
  return {
    fields: plans,
    characters: plans.reduce((sum, plan) => sum + charactersOf(plan), CHARACTERS_PER_OBJECT),
    createObject: objectFactory(names),
  }
}

/** An object that is made with room for its properties need not grow by each. The names are those of a valid document. */
function objectFactory(names: readonly string[]): Selection['createObject'] {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- names that GraphQL allows, as literals
    const create = new Function(`return { ${names.map((name) => `${JSON.stringify(name)}: undefined`).join(', ')} }`)
    // That is what it returns.
    return create as Selection['createObject']
  } catch (error) {
    if (error instanceof EvalError) return () => ({})
    throw error
  }
}

function fieldPlan(
  scope: CollectScope,
  parentType: GraphQLObjectType,
  responseName: string,
  nodes: readonly FieldNode[],
): FieldPlan | null {
  const [node] = nodes
  const definition = node && definitionOf(scope.schema, parentType, node.name.value)
  if (!definition) return null
  const selections = new Map<GraphQLObjectType, Selection>()
  const union = entityUnion(scope.schema, parentType, definition)
  const resolve = definition.resolve ?? null
  const complete = completerOf(definition.type)
  return {
    responseName,
    nodes,
    parentType,
    definition,
    name: definition.name,
    resolve: union && resolve ? entitiesResolver(scope.schema, union, resolve) : resolve,
    constant: definition === TypeNameMetaFieldDef ? parentType.name : null,
    argumentsOf: argumentsOf(definition, node),
    isNonNull: isNonNullType(definition.type),
    hasInnerPaths: isCompositeType(getNamedType(definition.type)) || hasList(definition),
    complete: union ? entitiesCompleter(union, complete) : complete,
    selectionOf(type) {
      const known = selections.get(type)
      if (known) return known
      const selection = selectionOf(scope, type, nodes)
      selections.set(type, selection)
      return selection
    },
  }
}

const hasList = ({ type }: GraphQLField<unknown, unknown>) => isListType(isNonNullType(type) ? type.ofType : type)

function definitionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
  if (schema.getQueryType() === parentType) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  return parentType.getFields()[name]
}

function argumentsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): FieldPlan['argumentsOf'] {
  if (definition.args.length === 0) return () => ({})
  const coerce = (variables: Variables) => getArgumentValues(definition, node, variables)
  if (node.arguments?.some(hasVariable)) return coerce
  let known: Record<string, unknown> | null = null
  return (variables) => {
    // Not before it is needed: a fault of an argument is a fault of its field.
    known ??= coerce(variables)
    return { ...known }
  }
}

function hasVariable(argument: ArgumentNode): boolean {
  let found = false
  visit(argument, {
    Variable() {
      found = true
    },
  })
  return found
}
