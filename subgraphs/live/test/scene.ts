import { type Id, newId } from '@planet/runtime/ids'
import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { asId, newViewer, startTestSubgraph, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { createLiveSubgraph } from '../src/subgraph.ts'

const SESSION = 'session { id title status scheduledFor startedAt endedAt voteHorizon voterCount host { id } instrument { id } }'

/** A live subgraph that knows a host, an instrument, and two public posts and a circle post of the host. */
export async function startScene(create: (deps: SubgraphDeps) => ReturnType<typeof createLiveSubgraph> = createLiveSubgraph) {
  const live = await startTestSubgraph(create)
  const host = newViewer()
  const instrumentId = newId<'Instrument'>(TEST_START)
  const [postId, otherPostId, circlePostId] = [newId<'Post'>(TEST_START), newId<'Post'>(TEST_START), newId<'Post'>(TEST_START)]
  await live.publish(
    {
      stream: `creator:${host.userId}`,
      type: 'creators.CreatorProfileOpened',
      payload: { creatorId: host.userId, handle: 'host' },
    },
    { stream: `instrument:${instrumentId}`, type: 'trading.InstrumentListed', payload: { instrumentId, symbol: 'BTC-USDT' } },
    postPublished(postId, host, 'PUBLIC'),
    postPublished(otherPostId, host, 'PUBLIC'),
    postPublished(circlePostId, host, 'CIRCLE'),
  )

  const schedule = (input: Record<string, unknown> = {}, viewer: Viewer = host) =>
    live.mutate(viewer, 'scheduleLive', `... on ScheduleLiveSuccess { ${SESSION} }`, {
      title: 'Where next?',
      instrumentId,
      scheduledFor: live.clock.now().toISOString(),
      ...input,
    })
  const start = (sessionId: string, viewer: Viewer = host, input: Record<string, unknown> = {}) =>
    live.mutate(viewer, 'startLive', `... on WrongLiveStatus { status } ... on StartLiveSuccess { ${SESSION} }`, {
      sessionId,
      ...input,
    })

  return {
    live,
    host,
    instrumentId,
    postId,
    otherPostId,
    circlePostId,
    schedule,
    start,
    end: (sessionId: string, viewer: Viewer = host) =>
      live.mutate(viewer, 'endLive', `... on WrongLiveStatus { status } ... on EndLiveSuccess { ${SESSION} }`, { sessionId }),
    vote: (viewer: Viewer | null, sessionId: string, probabilityUp: number, input: Record<string, unknown> = {}) =>
      live.mutate(viewer, 'castVote', `... on WrongLiveStatus { status } ... on CastVoteSuccess { ${SESSION} }`, {
        sessionId,
        probabilityUp,
        ...input,
      }),
    lock: (sessionId: string, hostProbabilityUp = 0.6, viewer: Viewer = host, input: Record<string, unknown> = {}) =>
      live.mutate(
        viewer,
        'lockPrediction',
        `... on WrongLiveStatus { status } ... on VotingLocked { lockedAt } ... on ConsensusNotFormed { state }
         ... on LockPredictionSuccess { prediction { ${PREDICTION} } }`,
        { sessionId, hostProbabilityUp, ...input },
      ),
    openVoting: (sessionId: string, viewer: Viewer = host) =>
      live.mutate(
        viewer,
        'openVoting',
        '... on WrongLiveStatus { status } ... on OpenVotingSuccess { session { votingLockedAt } }',
        {
          sessionId,
        },
      ),
    /** As trading tells it: the price went from 100 up or down, or there was none. */
    settle: (predictionId: string, isUp: boolean | null) =>
      live.publish({
        stream: `prediction:${predictionId}`,
        type: 'trading.PredictionSettled',
        payload: {
          predictionId,
          settledAt: live.clock.now().toISOString(),
          priceAtLock: isUp === null ? null : '100',
          priceAtHorizon: isUp === null ? null : isUp ? '101.5' : '99',
          isUp,
        },
      }),
    predictionsOf: async (sessionId: string) => {
      const answer = await live.query(
        null,
        `query ($id: ID!) { liveSession(id: $id) { predictions { edges { node { ${PREDICTION} } } } } }`,
        { id: sessionId },
      )
      return answer.data.liveSession.predictions.edges.map((edge: { node: unknown }) => edge.node)
    },
    /** The id of a session that is live. */
    async startSession(input: Record<string, unknown> = {}): Promise<Id<'LiveSession'>> {
      const { session } = await schedule(input)
      await start(session.id)
      return asId<'LiveSession'>(session.id)
    },
    /** A user who has passed the identity check, alone or as one of the accounts of a person. */
    async verifiedUser(identityClusterId?: string): Promise<Viewer> {
      const viewer = newViewer()
      await live.publish(identityChecked(viewer, identityClusterId ?? viewer.userId))
      return viewer
    },
    consensusOf: async (sessionId: string) => {
      const answer = await live.query(
        null,
        `query ($id: ID!) { liveSession(id: $id) { consensus { ${FIGURES} changeLastMinute } } }`,
        {
          id: sessionId,
        },
      )
      return answer.data.liveSession.consensus
    },
    pass(seconds: number) {
      live.clock.advance(new Date(live.clock.now().getTime() + seconds * 1000))
    },
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]()
    },
  }
}

export type Scene = Awaited<ReturnType<typeof startScene>>

const FIGURES = `seq at state clusterCount probabilityUp low90 high90 probabilityPooled probabilityMean bullShare
  neutralShare bearShare entropy disagreement effectiveVoterCount cappedShare extremisingExponent`

const PREDICTION = `id session { id } lockedAt horizonAt consensus { ${FIGURES} } hostProbabilityUp state priceAtLock
  priceAtHorizon outcome settledAt crowdBrier pooledBrier extremisedBrier hostBrier`

export const identityChecked = ({ userId }: Viewer, identityClusterId: string, isVerified = true) => ({
  stream: `user:${userId}`,
  type: 'creators.IdentityChecked',
  payload: { userId, isVerified, identityClusterId },
})

const postPublished = (postId: string, author: Viewer, audience: 'PUBLIC' | 'CIRCLE') => ({
  stream: `creator:${author.userId}`,
  type: 'posts.PostPublished',
  payload: { postId, authorId: author.userId, kind: 'INSIGHT', audience },
})
