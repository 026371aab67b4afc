import { sql } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import type { EventDefinition, PayloadOf } from '../events/define.ts'
import { noteAppended } from './appended.ts'
import type { NewEvent } from './event.ts'
import { encodePayload } from './payload.ts'

/**
 * Tells that something happened: the event exists exactly if `tx` commits. Locks its stream until then, so emit late, and to
 * several streams in one order everywhere.
 */
export const emit = <Definition extends EventDefinition>(
  tx: Tx,
  definition: Definition,
  at: Date,
  payload: PayloadOf<Definition>,
): Promise<void> =>
  append(tx, {
    // The payload has the members that tell the stream: the registry's test holds every definition to it.
    stream: definition.streamOf(payload as never),
    type: definition.type,
    at,
    payload: encodePayload(definition, payload),
  })

/** As `emit`, of an event as it is stored. Rejects for a type that the log does not know. */
export async function append(tx: Tx, { stream, type, payload, at }: NewEvent): Promise<void> {
  await tx.execute(
    sql`select event_log.append(${stream}, ${type}, ${JSON.stringify(payload)}::text::jsonb, ${at.toISOString()}::text::timestamptz)`,
  )
  noteAppended()
}
