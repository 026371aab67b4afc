import type { Db, Tx } from '@planet/runtime/database'
import { codedError, isUnavailable } from '@planet/runtime/errors'
import { emit } from '@planet/runtime/event-log/append'
import { VotesCast } from '@planet/runtime/events/live'
import { hashInput } from '@planet/runtime/idempotency'
import type { Id } from '@planet/runtime/ids'
import { GraphQLError } from 'graphql'
import { type LiveSessionRow, lockSession } from '../sessions/db/live-session.ts'
import { findBanned } from '../sessions/db/session-ban.ts'
import { findKeys, insertKeys } from './db/idempotency-key.ts'
import { storeVotes } from './db/vote.ts'
import { decideVote, type VoteFault } from './domain/vote.ts'

/** A vote as it was sent. */
export type SentVote = {
  readonly userId: Id<'User'>
  readonly sessionId: Id<'LiveSession'>
  readonly probabilityUp: number
  /** The mutation's whole input. */
  readonly input: { readonly idempotencyKey: string }
}

/** What became of it. A `Repeated` one was counted by an earlier call with the same key. */
export type VoteAnswer =
  | { readonly kind: 'Counted'; readonly session: LiveSessionRow; readonly castAt: Date; readonly revision: number }
  | { readonly kind: 'Repeated' }
  | { readonly kind: 'NoSuchSession' }
  | { readonly kind: 'Refused'; readonly faults: readonly VoteFault[] }

/** Takes votes. */
export type VoteBox = {
  /**
   * Answers once the vote is committed. Throws CONFLICT if the key was used with another input, and UNAVAILABLE if it
   * cannot be counted now; then it may have been, and the same key tells.
   */
  cast(vote: SentVote): Promise<VoteAnswer>
}

type Waiting = SentVote & PromiseWithResolvers<VoteAnswer> & { readonly inputHash: string }

/** Votes in one transaction. */
const MAX_BATCH = 500
/** Transactions at a time: the other connections stay free for everything else. */
const MAX_BATCHES = 4
/** Votes of one session that may wait; more would not be answered in time. */
const MAX_WAITING = 10_000

/**
 * All votes of a session wait for its lock, so those that come while a transaction is under way go into the next one
 * together: one lock, one commit and one event for all of them. A vote that comes alone waits for nobody.
 */
export function createVoteBox(db: Db, now: () => Date): VoteBox {
  const waiting = new Map<Id<'LiveSession'>, Waiting[]>()
  const busy = new Set<Id<'LiveSession'>>()

  const cast = (vote: SentVote): Promise<VoteAnswer> => {
    const line = waiting.get(vote.sessionId) ?? []
    if (line.length >= MAX_WAITING) throw codedError('UNAVAILABLE', 'The session has too many votes at once.')
    const deferred = Promise.withResolvers<VoteAnswer>()
    line.push({ ...vote, ...deferred, inputHash: hashInput(vote.input) })
    waiting.set(vote.sessionId, line)
    startBatches()
    return deferred.promise
  }

  const startBatches = () => {
    for (const [sessionId, line] of waiting) {
      if (busy.size >= MAX_BATCHES) return
      if (busy.has(sessionId)) continue
      const batch = takeBatch(line)
      waiting.delete(sessionId)
      // Behind the others, who have waited longer.
      if (line.length > 0) waiting.set(sessionId, line)
      busy.add(sessionId)
      void count(sessionId, batch).finally(() => {
        busy.delete(sessionId)
        startBatches()
      })
    }
  }

  const count = async (sessionId: Id<'LiveSession'>, batch: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await db.transaction((tx) => countVotes(tx, sessionId, batch, now))
      for (const [i, vote] of batch.entries()) {
        const answer = answers[i]
        if (answer instanceof GraphQLError) vote.reject(answer)
        else if (answer) vote.resolve(answer)
      }
    } catch (error) {
      // One that the database does not take must not cost the others theirs.
      if (batch.length > 1 && !isUnavailable(error)) for (const vote of batch) await count(sessionId, [vote])
      else for (const vote of batch) vote.reject(error)
    }
  }

  return { cast }
}

/** Takes the first votes out of `line`, at most one per voter: a second one is a change of the first. */
function takeBatch(line: Waiting[]): Waiting[] {
  const voters = new Set<Id<'User'>>()
  const [batch, rest]: [Waiting[], Waiting[]] = [[], []]
  for (const vote of line) {
    if (batch.length < MAX_BATCH && !voters.has(vote.userId)) batch.push(vote)
    else rest.push(vote)
    voters.add(vote.userId)
  }
  line.splice(0, line.length, ...rest)
  return batch
}

/** An answer, or the error to be thrown, for each vote of `batch`, in its order. */
async function countVotes(
  tx: Tx,
  sessionId: Id<'LiveSession'>,
  batch: readonly Waiting[],
  now: () => Date,
): Promise<(VoteAnswer | GraphQLError)[]> {
  const session = await lockSession(tx, sessionId)
  // After the lock, so that votes are cast in the order in which they count.
  const castAt = now()
  const userIds = batch.map((vote) => vote.userId)
  const banned = session ? await findBanned(tx, sessionId, userIds) : new Set()
  const answers = new Map<Waiting, VoteAnswer | GraphQLError>()
  const accepted: Waiting[] = []
  for (const vote of batch) {
    const { probabilityUp, userId } = vote
    const decision = session && decideVote(session, { probabilityUp, castAt, isBanned: banned.has(userId) })
    if (decision?.kind === 'Accepted') accepted.push(vote)
    else answers.set(vote, decision ? { kind: 'Refused', faults: decision.faults } : { kind: 'NoSuchSession' })
  }

  const fresh = await insertKeys(tx, accepted.map(keyOf), sessionId, castAt)
  const counted = accepted.filter((vote) => fresh.has(vote.userId))
  if (session && counted.length > 0) {
    const cast = counted.map(({ userId, probabilityUp }, i) => ({
      userId,
      probabilityUp,
      changeSeq: session.consensusSeq + i + 1,
    }))
    const stored = await storeVotes(tx, session, cast, castAt)
    const votes = cast.map(({ userId, probabilityUp }) => ({
      userId,
      probabilityUp,
      revision: stored.revisions.get(userId) ?? 1,
    }))
    const { instrumentId, voteHorizonMs } = session
    await emit(tx, VotesCast, castAt, { sessionId, instrumentId, voteHorizonMs, castAt, votes })
    for (const [i, vote] of counted.entries()) {
      answers.set(vote, { kind: 'Counted', session: stored.session, castAt, revision: votes[i]?.revision ?? 1 })
    }
  }

  // Whoever was counted under the same key before is told so, also where it would be refused now.
  const isCounted = new Set(counted)
  const others = batch.filter((vote) => !isCounted.has(vote))
  if (others.length > 0) {
    const known = await findKeys(tx, others.map(keyOf))
    for (const vote of others) {
      const hash = known.get(vote.userId)
      if (hash === undefined) continue
      const isSame = hash === vote.inputHash
      answers.set(
        vote,
        isSame ? { kind: 'Repeated' } : codedError('CONFLICT', 'This idempotency key was used with another input.'),
      )
    }
  }
  return batch.map((vote) => answers.get(vote) ?? codedError('INTERNAL', 'A vote without an answer.'))
}

const keyOf = ({ userId, input, inputHash }: Waiting) => ({ userId, key: input.idempotencyKey, inputHash })
