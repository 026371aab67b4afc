import { Column, getTableName, is, SQL, Subquery } from 'drizzle-orm'
import { PgCustomColumn, PgTimestamp } from 'drizzle-orm/pg-core'
import { parseInstant } from './codecs.ts'

type Row = readonly unknown[]
/** The type of `decimalColumn`. */
const DECIMAL = 'numeric(38,18)'
/** A selected value and where it goes, as drizzle hands it to whoever prepares a statement. */
export type SelectedField = { readonly path: readonly string[]; readonly field: Column | SQL | SQL.Aliased | Subquery }
/** Of each joined table, whether its row is always there; drizzle knows it of every select. */
export type NotNullable = Readonly<Record<string, boolean>> | undefined

/** The columns under one name, made an object of their own. */
type Group = {
  readonly parts: string[]
  /** The first that is a column: as drizzle has it, a null in it tells that a left join has found no row. */
  first: { readonly column: Column; readonly index: number } | null
  isOfOneTable: boolean
}

/**
 * Makes a row of values the object that `fields` describe, as drizzle's own mapper does, which looks at every field anew
 * for every row. Null for a shape that only drizzle's can make, and where code must not be generated.
 */
export function compileRowMapper(fields: readonly SelectedField[], notNullable: NotNullable): ((row: Row) => unknown) | null {
  const decoders: ((value: unknown) => unknown)[] = []
  const valueAt = (index: number, field: SelectedField['field']) => {
    const decode = decoderOf(field)
    if (!decode) return `row[${index}]`
    return `row[${index}] === null ? null : d${decoders.push(decode) - 1}(row[${index}])`
  }
  /** In the order of the object's properties. */
  const properties = new Map<string, string | Group>()
  for (const [index, { path, field }] of fields.entries()) {
    const [name, inner] = path
    if (name === undefined || path.length > 2 || path.includes('__proto__')) return null
    const value = valueAt(index, field)
    const known = properties.get(name)
    if (inner === undefined) {
      if (known !== undefined) return null
      properties.set(name, value)
      continue
    }
    if (typeof known === 'string') return null
    const group = known ?? { parts: [], first: null, isOfOneTable: true }
    properties.set(name, group)
    group.parts.push(`${JSON.stringify(inner)}: ${value}`)
    if (!is(field, Column)) continue
    if (group.first && tableOf(field) !== tableOf(group.first.column)) group.isOfOneTable = false
    group.first ??= { column: field, index }
  }
  const texts = [...properties].map(([name, property]) => {
    const value = typeof property === 'string' ? property : groupText(property, notNullable)
    return `${JSON.stringify(name)}: ${value}`
  })
  return build(`(row) => ({ ${texts.join(', ')} })`, decoders)
}

const tableOf = (column: Column) => getTableName(column.table)

function groupText({ parts, first, isOfOneTable }: Group, notNullable: NotNullable): string {
  const object = `{ ${parts.join(', ')} }`
  const mayBeMissing = notNullable && first && isOfOneTable && !notNullable[tableOf(first.column)]
  return mayBeMissing ? `row[${first.index}] === null ? null : ${object}` : object
}

/** Positions and, as literals, names of fields of our own statements are all that `text` holds. */
function build(text: string, decoders: readonly ((value: unknown) => unknown)[]): ((row: Row) => unknown) | null {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- see above
    const make = new Function(...decoders.map((_, i) => `d${i}`), `return ${text}`)
    // That is what the text evaluates to.
    return make(...decoders) as (row: Row) => unknown
  } catch (error) {
    if (error instanceof EvalError) return null
    throw error
  }
}

/** Null where the value stays as the driver has read it. */
function decoderOf(field: SelectedField['field']): ((value: unknown) => unknown) | null {
  if (is(field, PgTimestamp)) return parseInstant
  const decoder = decoderIn(field)
  const decode = decoder.mapFromDriverValue
  if (decode === asItIs || decode === Column.prototype.mapFromDriverValue) return null
  if (is(field, PgCustomColumn) && field.getSQLType() === DECIMAL)
    return rememberingLast((value) => field.mapFromDriverValue(value as string))
  return (value) => decoder.mapFromDriverValue(value)
}

/** Rows of a join repeat what they have in common, and a Decimal cannot be changed. */
function rememberingLast(decode: (value: unknown) => unknown): (value: unknown) => unknown {
  let last: unknown
  let decoded: unknown
  return (value) => {
    if (value === last) return decoded
    decoded = decode(value)
    last = value
    return decoded
  }
}

type Decoder = { mapFromDriverValue(value: unknown): unknown }

const asItIs = decoderIn(new SQL([])).mapFromDriverValue

function decoderIn(field: SelectedField['field']): Decoder {
  if (is(field, Column)) return field
  const sql: unknown = is(field, SQL) ? field : is(field, Subquery) ? field._.sql : field.sql
  // drizzle's types leave out the decoder that every SQL has.
  return (sql as { readonly decoder: Decoder }).decoder
}
