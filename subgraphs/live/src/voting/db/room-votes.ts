import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { getTableColumns, sql } from 'drizzle-orm'
import { voters } from '../../copies/db/tables.ts'
import type { LiveSessionRow } from '../../sessions/db/live-session.ts'
import { liveSessions } from '../../sessions/db/tables.ts'
import { createBallotBox } from '../domain/ballots.ts'
import { skillOf } from '../domain/record.ts'
import { type RoomConsensus, roomConsensus } from '../domain/room.ts'
import type { Vote } from '../domain/vote.ts'
import { baseWeight } from '../domain/weight.ts'
import { votes } from './tables.ts'

type SessionId = Id<'LiveSession'>

/** A session with those of its votes that were asked for; all of one snapshot of the database. */
export type RoomRead = {
  readonly session: LiveSessionRow
  readonly votes: readonly Vote[]
}

/** What to read: the votes that have changed since the session's `consensusSeq` was `afterSeq`; -1 for all. */
export type RoomRequest = { readonly sessionId: SessionId; readonly afterSeq: number }

type VoteTuple = readonly [
  voterId: Id<'User'>,
  probabilityUp: number,
  castAtMs: number,
  finalWeight: number | null,
  isVerified: boolean,
  identityClusterId: string,
  settledCount: number,
  brierSum: number,
  upCount: number,
]

/** One statement for all; sessions that do not exist are left out. */
export async function readRooms(db: Db | Tx, requests: readonly RoomRequest[]): Promise<RoomRead[]> {
  const asked = sql`unnest(
    ${sql.param(requests.map((request) => request.sessionId))}::uuid[], ${sql.param(requests.map((request) => request.afterSeq))}::int[]
  ) asked(id, after_seq)`
  const changed = sql`(
    select coalesce(json_agg(json_build_array(v.user_id, v.probability_up, extract(epoch from v.cast_at) * 1000, v.final_weight,
      coalesce(known.is_verified, false),
      coalesce(v.final_identity_cluster_id, known.voting_cluster_id, known.identity_cluster_id, v.user_id),
      coalesce(known.settled_count, 0), coalesce(known.brier_sum, 0), coalesce(known.up_count, 0))), '[]')
    from ${votes} v left join ${voters} known on known.user_id = v.user_id
    where v.session_id = ${liveSessions.id} and v.change_seq > asked.after_seq
  )`
  return db
    .select({
      session: getTableColumns(liveSessions),
      // What json_build_array above makes.
      votes: changed.mapWith((read: unknown): readonly Vote[] => (read as readonly VoteTuple[]).map(voteOf)),
    })
    .from(liveSessions)
    .innerJoin(asked, sql`asked.id = ${liveSessions.id}`)
}

/** The consensus of a session that `tx` has locked, with the votes it is made of. */
export async function readRoomIn(
  tx: Tx,
  id: SessionId,
  now: Date,
): Promise<{ readonly consensus: RoomConsensus; readonly votes: readonly Vote[] }> {
  const [read] = await readRooms(tx, [{ sessionId: id, afterSeq: -1 }])
  if (!read) throw new Error(`no session ${id}`)
  const box = createBallotBox()
  box.put(read.votes)
  return { consensus: roomConsensus(read.session, box.ballots(), now), votes: read.votes }
}

function voteOf(tuple: VoteTuple): Vote {
  const [voterId, probabilityUp, castAtMs, finalWeight, isKycVerified, identityClusterId, ...counts] = tuple
  const [settledCount, brierSum, upCount] = counts
  const skill = skillOf({ settledCount, brierSum, upCount })
  const weight = finalWeight ?? baseWeight({ isKycVerified, skill, settledCount })
  return { voterId, probabilityUp, castAt: new Date(castAtMs), identityClusterId, weight }
}
