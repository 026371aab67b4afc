import type { EventDefinition, PayloadOf } from '../events/define.ts'
import type { JsonObject, LoggedEvent } from './event.ts'
import { EventLogFault } from './fault.ts'

/** What is stored: JSON, with the version that it is of. */
export const encodePayload = <Definition extends EventDefinition>(
  { payload: schema, version }: Definition,
  payload: PayloadOf<Definition>,
): JsonObject => ({ version, ...(schema.encode(payload) as JsonObject) })

/**
 * What a stored event says, in its newest version. Throws PAYLOAD_UNREADABLE where no version fits: it comes from a newer
 * platform, or from none of ours.
 */
export function decodePayload<Definition extends EventDefinition>(
  { type, payload: schema, version: newest, lifts }: Definition,
  event: Pick<LoggedEvent, 'pos' | 'payload'>,
): PayloadOf<Definition> {
  const { version, ...stored } = event.payload
  const unreadable = (reason: string, cause?: unknown) =>
    new EventLogFault('PAYLOAD_UNREADABLE', `${type} at position ${event.pos} cannot be read: ${reason}`, { cause })
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw unreadable('it has no version')
  if (version > newest) throw unreadable(`it is of version ${version}, the newest known here is ${newest}`)
  let lifted: JsonObject = stored
  for (const lift of lifts.slice(version - 1)) lifted = lift(lifted)
  const read = schema.safeDecode(lifted as never)
  if (!read.success) throw unreadable(`it does not fit version ${version}`, read.error)
  return read.data as PayloadOf<Definition>
}
