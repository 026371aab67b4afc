import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql'
import type { Choice } from './choice.ts'
import { writeRivals } from './make-rivals.ts'
import { createValueWriter, type Variables } from './make-values.ts'
import { isPriced } from './plan-prices.ts'
import { reservedName } from './reserved-names.ts'

/** An operation, and variables to ask it with one after the other. */
export type MadeOperation = {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: readonly [Variables, Variables]
}

const MAX_DEPTH = 4
/** Fields of one operation after which it goes no deeper: planning time grows fast with them. */
const MAX_FIELDS = 16

const INTROSPECTIONS = [
  '__schema { queryType { name } }',
  '__type(name: "Query") { kind name }',
  's: __schema { mutationType { name } }',
]

/** An operation over the API with everything that may stand in one. Almost always valid; the caller asks again if not. */
export function makeOperation(choice: Choice, schema: GraphQLSchema, ids: readonly string[]): MadeOperation {
  const kind = choice.below(10)
  if (kind === 0 && schema.getMutationType()) return createWriter(choice, schema, ids).write('mutation')
  if (kind === 1 && schema.getSubscriptionType()) return createWriter(choice, schema, ids).write('subscription')
  return createWriter(choice, schema, ids).write('query')
}

function createWriter(choice: Choice, schema: GraphQLSchema, ids: readonly string[]) {
  const values = createValueWriter(choice, ids)
  const directives = values.conditions
  const fragments: string[] = []
  let fields = 0

  const field = (definition: GraphQLField<unknown, unknown>, depth: number, others: readonly string[]): string | undefined => {
    const type = getNamedType(definition.type)
    const isComposite = isCompositeType(type)
    if (isComposite && (depth >= MAX_DEPTH || fields > MAX_FIELDS)) return undefined
    fields += 1
    const written = values.args(definition.args)
    const needsAlias = written !== '' && choice.chance(0.8)
    const isReserved = choice.chance(0.12)
    const name = isReserved ? reservedName(choice, definition.name, others) : choice.chance(0.1) ? 'x' : `z${fields}`
    const alias = isReserved || needsAlias || choice.chance(0.05) ? `${name}: ` : ''
    return `${alias}${definition.name}${written}${directives()}${isComposite ? ` ${selection(type, depth + 1)}` : ''}`
  }

  const typename = () => `${choice.chance(0.3) ? `t${fields}: ` : ''}__typename${directives()}`

  const parts = (type: GraphQLCompositeType, depth: number): string[] => {
    const written: string[] = []
    const definitions = 'getFields' in type ? Object.values(type.getFields()) : []
    const others = definitions.map(({ name }) => name)
    const priced = choice.chance(0.5) ? definitions.filter(({ name }) => isPriced(name)) : []
    const abstract = depth === 0 && choice.chance(0.35) ? definitions.filter((one) => isAbstractType(getNamedType(one.type))) : []
    const chosen = [...choice.some(definitions, choice.between(1, 3)), ...choice.some(priced, 2), ...choice.some(abstract, 1)]
    for (const definition of new Set(chosen)) {
      const text = field(definition, depth, others)
      if (text !== undefined) written.push(text)
    }
    if (choice.chance(0.2)) written.push(typename())
    if (depth > 0 && type === schema.getQueryType() && choice.chance(0.5)) written.push(choice.one(INTROSPECTIONS))
    if (fields <= MAX_FIELDS && choice.chance(0.6)) written.push(...writeRivals(choice, type, depth, rivalTools))
    const related = relatedTypes(type)
    for (let i = isAbstractType(type) ? choice.between(1, 3) : choice.chance(0.25) ? 1 : 0; i > 0 && fields <= MAX_FIELDS; i--) {
      written.push(fragment(choice.one(related), depth))
    }
    return choice.some(written, written.length)
  }

  const rivalTools = {
    schema,
    args(definition: GraphQLField<unknown, unknown>) {
      fields += 1
      return values.args(definition.args)
    },
    conditions: directives,
    selection: (type: GraphQLCompositeType, depth: number) => selection(type, depth),
    mayGoDeeper: (depth: number) => depth < MAX_DEPTH && fields <= MAX_FIELDS,
  }

  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const written = parts(type, depth)
    return `{ ${(written.length > 0 ? written : [typename()]).join(' ')} }`
  }

  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    if (choice.chance(0.15)) return `...${directives()} ${selectionOnParent(type, depth)}`
    if (choice.chance(0.6)) return `... on ${type.name}${directives()} ${selection(type, depth)}`
    const name = `F${fragments.length}`
    fragments.push('')
    fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${selection(type, depth)}`
    return `...${name}${directives()}`
  }

  // Without a type condition only what any type has is sure to be valid.
  const selectionOnParent = (type: GraphQLCompositeType, depth: number) =>
    `{ ${typename()} ... on ${type.name} ${selection(type, depth)} }`

  /** Types that may stand in a fragment inside `type`: overlapping ones. */
  const relatedTypes = (type: GraphQLCompositeType): GraphQLCompositeType[] => {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    const wider = Object.values(schema.getTypeMap()).filter(
      (other) =>
        isAbstractType(other) &&
        !other.name.startsWith('__') &&
        possible.some((one) => isObjectType(one) && schema.isSubType(other, one)),
    )
    // The filter has left only abstract types.
    return [type, ...possible, ...possible, ...(wider as GraphQLCompositeType[])]
  }

  return {
    write(kind: 'query' | 'mutation' | 'subscription'): MadeOperation {
      const root =
        kind === 'query' ? schema.getQueryType() : kind === 'mutation' ? schema.getMutationType() : schema.getSubscriptionType()
      if (!root) throw new Error(`the API has no ${kind}`)
      const body = kind === 'subscription' ? subscription(choice.one(Object.values(root.getFields()))) : selection(root, 0)
      const query = [`${kind} Q${values.declarations()} ${body}`, ...fragments].join('\n')
      return { query, operationName: choice.chance(0.5) ? 'Q' : undefined, variables: [values.sent(0), values.sent(1)] }
    },
  }

  /** One root field, without conditions: that is all a subscription may have. */
  function subscription(definition: GraphQLField<unknown, unknown>): string {
    const type = getNamedType(definition.type)
    return `{ ${definition.name}${isCompositeType(type) ? ` ${selection(type, 1)}` : ''} }`
  }
}
