import { performOnce } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import { getSession, lockSession } from '../db/live-session.ts'
import { idempotencyKeys } from '../db/tables.ts'
import { storeVote } from '../db/vote.ts'
import { wrongLiveStatus } from '../domain/refusals.ts'
import { decideVote, type VoteFault } from '../domain/vote.ts'
import { emitVoteCast } from '../events.ts'
import type { MutationResolvers, ResolversTypes } from '../generated/resolvers.ts'
import { selects } from '../selection.ts'

type Result = Awaited<ResolversTypes['CastVoteResult']>

export const castVote: MutationResolvers['castVote'] = async (_, { input }, ctx, info) => {
  const { userId } = requireUser(ctx.viewer)
  const { probabilityUp } = input
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSession(probabilityUp)
  const reading = { withVotes: selects(info, 'session', 'consensus') }
  return performOnce<Result>(
    ctx.db,
    { table: idempotencyKeys, userId, mutation: 'castVote', input, resultId: sessionId, now: ctx.now() },
    async (tx) => {
      const session = await lockSession(tx, sessionId)
      if (!session) return noSuchSession(probabilityUp)
      // After the lock, so that votes are cast in the order in which they count.
      const now = ctx.now()
      const decision = decideVote({ status: session.status, lockAt: null }, { probabilityUp, castAt: now })
      if (decision.kind === 'Refused') return refusalOf(decision.faults)

      const { revision, session: counted } = await storeVote(tx, { sessionId, userId, probabilityUp, castAt: now })
      await emitVoteCast(tx, now, { sessionId, userId, probabilityUp, revision })
      const read = reading.withVotes ? await getSession(tx, sessionId, reading) : { ...counted, votes: null }
      return { __typename: 'CastVoteSuccess', session: read }
    },
    async (tx) => ({ __typename: 'CastVoteSuccess', session: await getSession(tx, sessionId, reading) }),
  )
}

const OUT_OF_RANGE = { field: 'probabilityUp', message: 'Must be above 0 and below 1.' }

function noSuchSession(probabilityUp: number) {
  const decision = decideVote({ status: 'LIVE', lockAt: null }, { probabilityUp, castAt: new Date(0) })
  return invalidInput([
    { field: 'sessionId', message: 'No such session.' },
    ...(decision.kind === 'Refused' ? [OUT_OF_RANGE] : []),
  ])
}

/** What is wrong with the input comes before what is wrong with the moment. */
function refusalOf(faults: readonly VoteFault[]) {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'ProbabilityOutOfRange':
        return invalidInput([OUT_OF_RANGE])
      case 'WrongLiveStatus':
        return wrongLiveStatus(fault.status)
      case 'VotingLocked':
        throw new Error('no session locks its votes before it ends')
      default:
        fault satisfies never
    }
  }
  throw new Error('a refusal without a fault')
}
