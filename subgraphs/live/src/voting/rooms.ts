import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { LiveSessionRow } from '../sessions/db/live-session.ts'
import { readRooms } from './db/room-votes.ts'
import { type BallotBox, createBallotBox } from './domain/ballots.ts'
import { isShown, type RoomConsensus, roomConsensus } from './domain/room.ts'

type SessionId = Id<'LiveSession'>

/** A consensus with the session it belongs to, of one snapshot of the database. */
export type SessionConsensus = RoomConsensus & { readonly session: LiveSessionRow }

/** The rooms of this process. */
export type Rooms = {
  /** Each session's consensus as of a moment after the call, in the order of `ids`; null where there is no such session. */
  read(ids: readonly SessionId[]): Promise<(SessionConsensus | null)[]>
  /** The consensus of a session as it has just been read, without asking the database; null if that must be asked. */
  recall(session: LiveSessionRow): SessionConsensus | null
}

/** Sessions whose votes are kept in memory. */
const MAX_KEPT = 200
/** Sessions read in one statement. */
const MAX_READ = 100
/**
 * After so long the votes of a session are read anew as a whole, in milliseconds of the machine: what is known of a voter
 * may change at the very moment of their first vote, which neither of the two tells of then.
 */
const REREAD_MS = 30_000

type KeptRoom = {
  readonly box: BallotBox
  readonly readAtMs: number
  /** The session's `consensusSeq` up to which the box is complete. */
  seq: number
  /** The consensus of `seq`, once it was shown. Decay takes the same part of every vote, so it stays until one changes. */
  shown: RoomConsensus | null
}

/**
 * Keeps the votes of sessions that are asked for in memory and reads only what has changed since. Calls that come while
 * one is being served are served together by the next, so however many ask, one statement runs at a time.
 */
export function createRooms(db: Db, now: () => Date): Rooms {
  const kept = new Map<SessionId, KeptRoom>()
  const waiting = new Map<SessionId, PromiseWithResolvers<SessionConsensus | null>>()
  let isReading = false

  const roomOf = (id: SessionId): KeptRoom => {
    const known = kept.get(id)
    if (known && performance.now() - known.readAtMs < REREAD_MS) return known
    return { box: createBallotBox(), readAtMs: performance.now(), seq: -1, shown: null }
  }

  const keep = (id: SessionId, room: KeptRoom) => {
    // Deleting first makes it the youngest.
    kept.delete(id)
    kept.set(id, room)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
  }

  const serve = async (asked: Map<SessionId, PromiseWithResolvers<SessionConsensus | null>>) => {
    const rooms = new Map([...asked.keys()].map((id) => [id, roomOf(id)]))
    const requests = [...rooms].map(([sessionId, room]) => ({ sessionId, afterSeq: room.seq }))
    const reads = await readRooms(db, requests)
    for (const read of reads) {
      const room = rooms.get(read.session.id)
      if (!room) continue
      if (room.seq !== read.session.consensusSeq) room.shown = null
      room.box.put(read.votes)
      room.seq = read.session.consensusSeq
      keep(read.session.id, room)
      asked.get(read.session.id)?.resolve(consensusOf(room, read.session))
    }
    for (const { resolve } of asked.values()) resolve(null)
  }

  const consensusOf = (room: KeptRoom, session: LiveSessionRow): SessionConsensus => {
    const at = session.endedAt ?? now()
    if (room.shown !== null) return { ...room.shown, at, session }
    const consensus = roomConsensus(session, room.box.ballots(), at)
    if (isShown(session, at)) room.shown = consensus
    return { ...consensus, session }
  }

  const serveAll = async () => {
    isReading = true
    // What is asked for in one go is read in one go.
    await Promise.resolve()
    while (waiting.size > 0) {
      const asked = new Map([...waiting].slice(0, MAX_READ))
      for (const id of asked.keys()) waiting.delete(id)
      try {
        await serve(asked)
      } catch (error) {
        for (const { reject } of asked.values()) reject(error)
      }
    }
    isReading = false
  }

  return {
    async read(ids) {
      const promises = ids.map((id) => {
        const asked = waiting.get(id) ?? Promise.withResolvers<SessionConsensus | null>()
        waiting.set(id, asked)
        return asked.promise
      })
      if (!isReading) void serveAll()
      return Promise.all(promises)
    },
    recall(session) {
      const room = roomOf(session.id)
      return room.seq === session.consensusSeq ? consensusOf(room, session) : null
    },
  }
}
