import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { GraphqlRequest } from '../admission.ts'
import type { Choice } from './choice.ts'

type Variable = { readonly name: string; readonly type: string; readonly written: string | undefined; readonly value: unknown }

const MAX_DEPTH = 4
/** Fields of one operation after which it goes no deeper: planning time grows fast with them. */
const MAX_FIELDS = 16

/** An operation over the API with everything that may stand in one. Almost always valid; the caller asks again if not. */
export function makeOperation(choice: Choice, schema: GraphQLSchema, ids: readonly string[]): GraphqlRequest {
  const kind = choice.below(10)
  if (kind === 0 && schema.getMutationType()) return createWriter(choice, schema, ids).write('mutation')
  if (kind === 1 && schema.getSubscriptionType()) return createWriter(choice, schema, ids).write('subscription')
  return createWriter(choice, schema, ids).write('query')
}

function createWriter(choice: Choice, schema: GraphQLSchema, ids: readonly string[]) {
  const variables: Variable[] = []
  const fragments: string[] = []
  let fields = 0

  const variable = (type: string, literal: () => { text: string; value: unknown }): string => {
    const name = `v${variables.length}`
    const given = literal()
    // A required variable must be sent; one with a default or that may be null need not.
    const written = choice.chance(0.3) ? literal().text : undefined
    const isSent = type.endsWith('!') ? written === undefined || choice.chance(0.6) : choice.chance(0.7)
    const value = isSent ? (!type.endsWith('!') && choice.chance(0.1) ? null : given.value) : undefined
    variables.push({ name, type, written: written === 'null' && type.endsWith('!') ? undefined : written, value })
    return `$${name}`
  }

  const directives = (): string => {
    if (!choice.chance(0.15)) return ''
    const condition = () => {
      if (choice.chance(0.3)) return String(choice.chance(0.5))
      const known = variables.filter(({ type }) => type === 'Boolean!')
      if (known.length > 0 && choice.chance(0.4)) return `$${choice.one(known).name}`
      return variable('Boolean!', () => {
        const value = choice.chance(0.5)
        return { text: String(value), value }
      })
    }
    const one = choice.chance(0.5) ? ` @include(if: ${condition()})` : ` @skip(if: ${condition()})`
    return choice.chance(0.15) ? ` @include(if: ${condition()}) @skip(if: ${condition()})` : one
  }

  /** A value of an input type as text of the document and as a variable's value. */
  const literal = (type: GraphQLInputType, depth: number, mayHoldVariables: boolean): { text: string; value: unknown } => {
    if (isNonNullType(type)) return literal(type.ofType, depth, mayHoldVariables)
    if (isListType(type)) {
      const items = Array.from({ length: choice.below(3) }, () => literal(type.ofType, depth, mayHoldVariables))
      return { text: `[${items.map((item) => item.text).join(', ')}]`, value: items.map((item) => item.value) }
    }
    if (isInputObjectType(type)) {
      const entries = Object.values(type.getFields()).flatMap((field) => {
        if (choice.chance(0.5) || (depth > 1 && isInputObjectType(field.type))) return []
        if (mayHoldVariables && choice.chance(0.25)) {
          const text = variable(String(field.type), () => literal(field.type, depth + 1, false))
          return [{ name: field.name, text, value: undefined }]
        }
        return [{ name: field.name, ...literal(field.type, depth + 1, mayHoldVariables) }]
      })
      return {
        text: `{${entries.map(({ name, text }) => `${name}: ${text}`).join(', ')}}`,
        value: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
      }
    }
    if (isEnumType(type)) {
      const { name } = choice.one(type.getValues())
      return { text: name, value: name }
    }
    const value = scalar(type.name)
    return { text: JSON.stringify(value), value }
  }

  const scalar = (name: string): unknown => {
    if (name === 'Int') return choice.between(0, 4)
    if (name === 'Float') return choice.one([0.5, 2])
    if (name === 'Boolean') return choice.chance(0.5)
    if (name === 'ID') return choice.chance(0.9) ? choice.one(ids) : 'nobody'
    return choice.one(['x', 'with "quotes"', '{}', '$v0'])
  }

  const argument = (arg: GraphQLArgument): string[] => {
    if (!isNonNullType(arg.type) && choice.chance(0.55)) return []
    if (arg.defaultValue !== undefined && choice.chance(0.4)) return []
    if (choice.chance(0.4)) return [`${arg.name}: ${variable(String(arg.type), () => literal(arg.type, 0, false))}`]
    if (!isNonNullType(arg.type) && choice.chance(0.1)) return [`${arg.name}: null`]
    return [`${arg.name}: ${literal(arg.type, 0, true).text}`]
  }

  const field = (definition: GraphQLField<unknown, unknown>, depth: number): string | undefined => {
    const type = getNamedType(definition.type)
    const isComposite = isCompositeType(type)
    if (isComposite && (depth >= MAX_DEPTH || fields > MAX_FIELDS)) return undefined
    fields += 1
    const args = definition.args.flatMap(argument)
    const written = args.length > 0 ? `(${args.join(', ')})` : ''
    const needsAlias = args.length > 0 && choice.chance(0.8)
    const alias =
      needsAlias || choice.chance(0.12)
        ? `${choice.one(choice.chance(0.2) ? ['x', 'id', 'alias', '_k', 'tag', 'sku'] : [`z${fields}`])}: `
        : ''
    return `${alias}${definition.name}${written}${directives()}${isComposite ? ` ${selection(type, depth + 1)}` : ''}`
  }

  const typename = () => `${choice.chance(0.3) ? `t${fields}: ` : ''}__typename${directives()}`

  const parts = (type: GraphQLCompositeType, depth: number): string[] => {
    const written: string[] = []
    const definitions = 'getFields' in type ? Object.values(type.getFields()) : []
    for (const definition of choice.some(definitions, choice.between(1, 3))) {
      const text = field(definition, depth)
      if (text !== undefined) written.push(text)
    }
    if (choice.chance(0.2)) written.push(typename())
    const related = relatedTypes(type)
    for (let i = isAbstractType(type) ? choice.between(1, 3) : choice.chance(0.25) ? 1 : 0; i > 0 && fields <= MAX_FIELDS; i--) {
      written.push(fragment(choice.one(related), depth))
    }
    return choice.some(written, written.length)
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
    write(kind: 'query' | 'mutation' | 'subscription'): GraphqlRequest {
      const root =
        kind === 'query' ? schema.getQueryType() : kind === 'mutation' ? schema.getMutationType() : schema.getSubscriptionType()
      if (!root) throw new Error(`the API has no ${kind}`)
      const body = kind === 'subscription' ? subscription(choice.one(Object.values(root.getFields()))) : selection(root, 0)
      const declared = variables.map(
        ({ name, type, written }) => `$${name}: ${type}${written === undefined ? '' : ` = ${written}`}`,
      )
      const query = [`${kind} Q${declared.length > 0 ? `(${declared.join(', ')})` : ''} ${body}`, ...fragments].join('\n')
      const values = Object.fromEntries(
        variables.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]),
      )
      return { query, operationName: choice.chance(0.5) ? 'Q' : undefined, variables: values }
    },
  }

  /** One root field, without conditions: that is all a subscription may have. */
  function subscription(definition: GraphQLField<unknown, unknown>): string {
    const type = getNamedType(definition.type)
    return `{ ${definition.name}${isCompositeType(type) ? ` ${selection(type, 1)}` : ''} }`
  }
}
