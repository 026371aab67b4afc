import { checkKey } from '@planet/runtime/idempotency'
import { parseId } from '@planet/runtime/ids'
import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import type { MutationResolvers, ResolversTypes } from '../../generated/resolvers.ts'
import { getSession } from '../../sessions/db/live-session.ts'
import { bannedFromSession, wrongLiveStatus } from '../../sessions/domain/refusals.ts'
import { findVotesOfUser } from '../db/vote.ts'
import { votingLocked } from '../domain/refusals.ts'
import { isProbability, type VoteFault } from '../domain/vote.ts'

type Result = Awaited<ResolversTypes['CastVoteResult']>

export const castVote: MutationResolvers['castVote'] = async (_, { input }, ctx): Promise<Result> => {
  const { userId } = requireUser(ctx.viewer)
  checkKey(input.idempotencyKey)
  const { probabilityUp } = input
  const sessionId = parseId<'LiveSession'>(input.sessionId)
  if (!sessionId) return noSuchSession(probabilityUp)
  const answer = await ctx.crowd.voteBox.cast({ userId, sessionId, probabilityUp, input })
  switch (answer.kind) {
    case 'Counted': {
      const { session, castAt, revision } = answer
      return {
        __typename: 'CastVoteSuccess',
        session,
        vote: { probabilityUp, castAt, revision, horizonMs: session.voteHorizonMs },
      }
    }
    case 'Repeated': {
      const [session, [vote]] = await Promise.all([getSession(ctx.db, sessionId), findVotesOfUser(ctx.db, [sessionId], userId)])
      if (!vote) throw new Error('a counted vote is gone')
      return { __typename: 'CastVoteSuccess', session, vote: { ...vote, horizonMs: session.voteHorizonMs } }
    }
    case 'NoSuchSession':
      return noSuchSession(probabilityUp)
    case 'Refused':
      return refusalOf(answer.faults)
  }
}

const OUT_OF_RANGE = { field: 'probabilityUp', message: 'Must be above 0 and below 1.' }

function noSuchSession(probabilityUp: number) {
  return invalidInput([
    { field: 'sessionId', message: 'No such session.' },
    ...(isProbability(probabilityUp) ? [] : [OUT_OF_RANGE]),
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
      case 'BannedFromSession':
        return bannedFromSession()
      case 'VotingLocked':
        return votingLocked(fault.lockedAt)
      default:
        fault satisfies never
    }
  }
  throw new Error('a refusal without a fault')
}
