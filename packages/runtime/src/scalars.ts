import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { type Decimal, formatDecimal, isStorable, parseDecimal } from './decimal.ts'

const refuse = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })

function scalar<Internal>(name: string, parse: (text: string) => Internal, serialize: (value: unknown) => string) {
  const parseValue = (value: unknown) => {
    if (typeof value !== 'string') throw refuse(`${name} must be a string.`)
    return parse(value)
  }
  return new GraphQLScalarType<Internal, string>({
    name,
    serialize,
    parseValue,
    parseLiteral: (node: ValueNode) => parseValue(node.kind === Kind.STRING ? node.value : undefined),
  })
}

/** Internal value: `Decimal`. In and out: a plain decimal string, at most 20 digits before and 18 after the point. */
const DecimalScalar = scalar<Decimal>(
  'Decimal',
  (text) => {
    const value = parseDecimal(text)
    if (!value || !isStorable(value)) throw refuse('Decimal must be a plain number of at most 20 digits before and 18 after the point, as a string.')
    return value
  },
  (value) => {
    if (typeof value === 'object' && value !== null && 'units' in value && typeof value.units === 'bigint') {
      return formatDecimal({ units: value.units })
    }
    throw new Error('a Decimal field resolved to something else')
  },
)

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/

/** Internal value: `Date`. Out: UTC with milliseconds. In: ISO 8601 with an offset. */
const DateTimeScalar = scalar<Date>(
  'DateTime',
  (text) => {
    const value = INSTANT.test(text) ? new Date(text) : null
    if (!value || Number.isNaN(value.getTime())) throw refuse('DateTime must be ISO 8601 with an offset, at most to the millisecond.')
    return value
  },
  (value) => {
    if (value instanceof Date) return value.toISOString()
    throw new Error('a DateTime field resolved to something else')
  },
)

const MAX_CURSOR = 500
const CursorScalar = scalar<string>(
  'Cursor',
  (text) => {
    if (text.length > MAX_CURSOR) throw refuse('This is no cursor of ours.')
    return text
  },
  (value) => {
    if (typeof value === 'string') return value
    throw new Error('a Cursor field resolved to something else')
  },
)

/** Resolvers of the scalars in `schema/common.graphql`; part of every subgraph. */
export const scalarResolvers = { Decimal: DecimalScalar, DateTime: DateTimeScalar, Cursor: CursorScalar }
