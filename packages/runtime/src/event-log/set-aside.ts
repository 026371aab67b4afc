import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../database.ts'
import type { LoggedEvent } from './event.ts'

/** A fact that a consumer could not handle, or that waits for one of its stream. */
export type SetAside = {
  readonly pos: bigint
  readonly stream: string
  readonly type: string
  /** Whether later facts of its stream wait for it. */
  readonly blocks: boolean
  /** Whether an operator asked for it to be tried again. */
  readonly isDue: boolean
}

/** What `consumer` has set aside, in the order of the log. */
export async function findSetAside(db: Db | Tx, consumer: string): Promise<readonly SetAside[]> {
  const rows = await db.execute<{ pos: string; stream: string; type: string; blocks: boolean; isDue: boolean }>(
    sql`select pos::text as pos, stream, type, blocks, is_due as "isDue" from event_log.aside(${consumer})`,
  )
  return rows.map(({ pos, ...row }) => ({ pos: BigInt(pos), ...row }))
}

/** Lets `consumer` go on without `event`. `error` is null where it was not tried, because it waits. */
export async function putAside(
  tx: Tx,
  consumer: string,
  { pos, stream, type }: Pick<LoggedEvent, 'pos' | 'stream' | 'type'>,
  { blocks, error }: { readonly blocks: boolean; readonly error: string | null },
): Promise<void> {
  await tx.execute(
    sql`select event_log.put_aside(${consumer}, ${pos.toString()}::bigint, ${stream}, ${type}, ${blocks}, ${error}::text)`,
  )
}

/** Notes that the fact is handled after all, in the transaction that does so. False if it is not set aside any more. */
export async function takeUp(tx: Tx, consumer: string, pos: bigint): Promise<boolean> {
  const [row] = await tx.execute<{ was_aside: boolean }>(
    sql`select event_log.take_up(${consumer}, ${pos.toString()}::bigint) as was_aside`,
  )
  return row?.was_aside ?? false
}

/** Notes why trying it again has failed, if it is still set aside; it is not due any more. */
export async function noteFailedAgain(db: Db, consumer: string, pos: bigint, error: string): Promise<void> {
  await db.execute(sql`select event_log.fail_again(${consumer}, ${pos.toString()}::bigint, ${error})`)
}
