import { parsePgArray } from 'drizzle-orm/pg-core/utils/array'
import type postgres from 'postgres'

const JSON_TYPES = [114, 3802]
/** date, time, timestamp, timestamptz and their arrays: drizzle reads and writes their text itself. */
const TIME_TYPES = [1082, 1083, 1114, 1184]
const TIME_ARRAYS = [1115, 1182, 1183, 1185]
/** Array type → what makes a value of an element's text; the driver would ask the server for these on every connection. */
const ARRAYS = new Map<number, (text: string) => unknown>([
  [1000, (text) => text === 't'], // bool
  [1005, Number], // int2
  [1007, Number], // int4
  [1021, Number], // float4
  [1022, Number], // float8
  [1009, String], // text
  [1015, String], // varchar
  [1016, String], // int8
  [1231, String], // numeric
  [2951, String], // uuid
  [199, (text) => JSON.parse(text)], // json
  [3807, (text) => JSON.parse(text)], // jsonb
])

type Codecs = Pick<postgres.ParsedOptions, 'parsers' | 'serializers'>

/**
 * How values cross the wire, as drizzle-orm/postgres-js wants it: numeric, int8 and times as Postgres' own text, json
 * parsed. Arrays and dates may also be given as they are.
 */
export function setCodecs({ parsers, serializers }: Codecs): void {
  for (const type of [...TIME_TYPES, ...TIME_ARRAYS]) parsers[type] = (text: string) => text
  for (const type of TIME_TYPES) serializers[type] = toParameter
  for (const type of TIME_ARRAYS) serializers[type] = toParameter
  for (const type of JSON_TYPES)
    serializers[type] = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  for (const [type, element] of ARRAYS) {
    parsers[type] = (text: string) => parseArray(text, element)
    serializers[type] = toParameter
  }
}

/** What the driver can send: arrays as Postgres' array text, dates as ISO text, everything else as it is. */
export function toParameter(value: unknown): unknown {
  if (Array.isArray(value)) return toArrayText(value)
  return value instanceof Date ? value.toISOString() : value
}

const NEEDS_ESCAPE = /[\\"]/

function toArrayText(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return toArrayText(value)
    const text = value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
    // Nearly all are ids.
    return NEEDS_ESCAPE.test(text) ? `"${text.replaceAll(/[\\"]/g, '\\$&')}"` : `"${text}"`
  })
  return `{${elements.join(',')}}`
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^{},]+)/gs

function parseArray(text: string, element: (text: string) => unknown): unknown[] {
  if (text.startsWith('{{')) return parsePgArray(text)
  return [...text.matchAll(ELEMENT)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return element(quoted.replaceAll(/\\(.)/gs, '$1'))
    return bare === undefined || bare === 'NULL' ? null : element(bare)
  })
}

const ZERO = 48
/** Of a text as Postgres writes it, `2026-01-02 03:04:05+00` and `2026-01-02 03:04:05.678+00`. */
const SECONDS_END = 19
const IN_UTC = '+00'

/** A `timestamptz(3)` as every connection of ours gets it: in UTC. Reading its digits takes a fifth of what `Date.parse` takes. */
export function parseInstant(value: unknown): Date {
  const text = String(value)
  const end = text.length - IN_UTC.length
  const hasFraction = end > SECONDS_END + 1 && end <= SECONDS_END + 4 && text[SECONDS_END] === '.'
  // A year of more digits, or before Christ, is longer or has something else where the seconds end.
  if (!text.endsWith(IN_UTC) || !(end === SECONDS_END || hasFraction) || text[4] !== '-') return new Date(text)
  const ms = hasFraction ? digit(text, 20, end) * 100 + digit(text, 21, end) * 10 + digit(text, 22, end) : 0
  const year = two(text, 0) * 100 + two(text, 2)
  const at = new Date(Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17), ms))
  // `Date.UTC` takes the years 0 to 99 for those of the twentieth century.
  if (year < 100) at.setUTCFullYear(year)
  return at
}

const two = (text: string, at: number) => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
/** Zero where the text has ended: Postgres leaves out the last zeros. */
const digit = (text: string, at: number, end: number) => (at < end ? text.charCodeAt(at) - ZERO : 0)
