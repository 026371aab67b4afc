import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { type Decimal, formatDecimal, isStorable, parseDecimal } from './decimal.ts'
import { parseIsoInstant } from './instant.ts'

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
    if (!value || !isStorable(value))
      throw refuse('Decimal must be a plain number of at most 20 digits before and 18 after the point, as a string.')
    return value
  },
  (value) => {
    if (isDecimal(value)) return formatDecimal(value)
    throw new Error('a Decimal field resolved to something else')
  },
)

const isDecimal = (value: unknown): value is Decimal =>
  typeof value === 'object' && value !== null && 'units' in value && typeof value.units === 'bigint'

/** Internal value: `Date`. Out: UTC with milliseconds. In: ISO 8601 with an offset, of the years 100 to 9999. */
const DateTimeScalar = scalar<Date>(
  'DateTime',
  (text) => {
    const value = parseIsoInstant(text)
    if (!value) throw refuse('DateTime must be ISO 8601 with an offset, at most to the millisecond, of the years 100 to 9999.')
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

const SPAN = /^P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/

/** Milliseconds in an ISO 8601 duration of days, hours, minutes and seconds; null for any other text. */
export function parseDuration(text: string): number | null {
  const match = SPAN.exec(text)
  if (!match || text === 'P') return null
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
}

/** The shortest ISO 8601 duration of `ms`, which must be a whole, non-negative number of seconds. */
export function formatDuration(ms: number): string {
  if (!Number.isInteger(ms / 1000) || ms < 0) throw new Error(`not a duration: ${ms} ms`)
  const seconds = ms / 1000
  const days = Math.floor(seconds / 86_400)
  const part = (value: number, unit: string) => (value > 0 ? `${value}${unit}` : '')
  const time = part(Math.floor(seconds / 3600) % 24, 'H') + part(Math.floor(seconds / 60) % 60, 'M') + part(seconds % 60, 'S')
  return `P${part(days, 'D')}${time ? `T${time}` : days > 0 ? '' : 'T0S'}`
}

/** Internal value: milliseconds. In and out: ISO 8601, e.g. `P10D`. */
const DurationScalar = scalar<number>(
  'Duration',
  (text) => {
    const ms = parseDuration(text)
    if (ms === null) throw refuse('Duration must be ISO 8601 in days, hours, minutes and seconds, e.g. P10D or PT4H.')
    return ms
  },
  (value) => {
    if (typeof value === 'number') return formatDuration(value)
    throw new Error('a Duration field resolved to something else')
  },
)

/** Resolvers of the scalars in `schema/common.graphql`; part of every subgraph. */
export const scalarResolvers = {
  Decimal: DecimalScalar,
  DateTime: DateTimeScalar,
  Duration: DurationScalar,
  Cursor: CursorScalar,
}
