import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { index, type PgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { Db, Tx } from './database.ts'
import { codedError } from './errors.ts'
import type { Id } from './ids.ts'
import { countCharacters, isStorableText } from './stored-text.ts'

/** The table in which a subgraph remembers its mutations; part of every subgraph's `tables.ts`. */
export const idempotencyKeyTable = (schema: PgSchema) =>
  schema.table(
    'idempotency_key',
    {
      userId: uuid('user_id').$type<Id<'User'>>().notNull(),
      mutation: text('mutation').notNull(),
      key: text('key').notNull(),
      inputHash: text('input_hash').notNull(),
      resultId: text('result_id').notNull(),
      at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
      /** By the clock of the database, whatever the platform's says: clients' memories age in real time. */
      storedAt: timestamp('stored_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    },
    (table) => [primaryKey({ columns: [table.userId, table.mutation, table.key] }), index().on(table.storedAt)],
  )

export type IdempotencyKeyTable = ReturnType<typeof idempotencyKeyTable>

const MAX_KEY = 100

/**
 * Performs a mutation once per viewer and `input.idempotencyKey`, in one transaction.
 *
 * `perform` decides and stores; a result whose type name does not end in `Success` is a refusal: everything is rolled
 * back, the key included, so that the client may mend what was refused and try again with the same key. A repeat of a
 * success calls `replay` with the first call's `resultId`; it waits for a rival that is still at work. Throws CONFLICT
 * if the key was used with another input, BAD_USER_INPUT for a key that `checkKey` refuses. Keys are kept for
 * `KEYS_KEPT_DAYS`.
 */
export async function performOnce<Result extends { readonly __typename?: string }>(
  db: Db,
  call: {
    readonly table: IdempotencyKeyTable
    readonly userId: Id<'User'>
    readonly mutation: string
    readonly input: { readonly idempotencyKey: string }
    readonly resultId: string
    readonly now: Date
  },
  perform: (tx: Tx) => Promise<Result>,
  replay: (tx: Tx, resultId: string) => Promise<Result>,
): Promise<Result> {
  const { table, userId, mutation, input, resultId, now } = call
  const key = input.idempotencyKey
  checkKey(key)
  const inputHash = hashInput(input)
  try {
    return await db.transaction(async (tx) => {
      const claimed = await tx
        .insert(table)
        .values({ userId, mutation, key, inputHash, resultId, at: now })
        .onConflictDoNothing()
        .returning()
      if (claimed.length === 0) {
        const [earlier] = await tx
          .select()
          .from(table)
          .where(and(eq(table.userId, userId), eq(table.mutation, mutation), eq(table.key, key)))
        if (!earlier) throw new Error(`key of ${mutation} conflicts with nothing`)
        if (earlier.inputHash !== inputHash) throw codedError('CONFLICT', 'This idempotency key was used with another input.')
        return replay(tx, earlier.resultId)
      }
      const result = await perform(tx)
      if (!result.__typename?.endsWith('Success')) throw new Refusal(result)
      return result
    })
  } catch (error) {
    // The class is private to this call's closure over `perform`, so what it carries is a Result.
    if (error instanceof Refusal) return error.result as Result
    throw error
  }
}

/** Throws BAD_USER_INPUT for a key that is not 1 to 100 characters long, or that is another one once it is stored. */
export function checkKey(key: string): void {
  const length = countCharacters(key)
  if (length >= 1 && length <= MAX_KEY && isStorableText(key)) return
  throw codedError(
    'BAD_USER_INPUT',
    `\`idempotencyKey\` must be 1 to ${MAX_KEY} characters long, none of them U+0000 or half of a surrogate pair.`,
  )
}

/** Thrown to roll a refused mutation back; never leaves this file. */
class Refusal extends Error {
  readonly result: unknown
  constructor(result: unknown) {
    super('refused')
    this.result = result
  }
}

/** SHA-256 over the input with sorted keys, so that the order of a client's fields does not matter. */
export function hashInput(input: object): string {
  const canonical = JSON.stringify(input, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  })
  return createHash('sha256').update(canonical).digest('hex')
}
