import type { LiveSessionRow } from './db/live-session.ts'
import { type RoomConsensus, roomConsensus } from './domain/room.ts'

/** A consensus with the session it belongs to. */
export type SessionConsensus = RoomConsensus & { readonly session: LiveSessionRow }

/** The consensus of a session that was read with its votes. */
export function sessionConsensus(session: LiveSessionRow, now: Date): SessionConsensus {
  const { votes } = session
  if (!votes) throw new Error(`session ${session.id} was read without its votes`)
  return { ...roomConsensus({ ...session, votes }, now), session }
}
