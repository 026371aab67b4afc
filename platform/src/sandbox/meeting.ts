import { mulberry32, seedOf } from '@planet/runtime/random'
import { type Api, type Data, mustMutate, mutate } from './api.ts'
import { host, readers } from './cast.ts'
import type { Market, SandboxPost } from './publishing.ts'

/** Of every title, between the market's symbol and the meeting's name. */
const QUESTION = ': up or down from here? '

/** A session of the host about a market, announced for the posts it is about. Returns its id. */
export async function schedule(
  api: Api,
  day: string,
  market: Market,
  posts: readonly SandboxPost[],
  scheduledFor: Date,
): Promise<string> {
  const { session } = await mustMutate(api, host, 'scheduleLive', '... on ScheduleLiveSuccess { session { id } }', {
    idempotencyKey: `sandbox session ${day}`,
    title: `${market.symbol}${QUESTION}${day}`,
    instrumentId: market.id,
    scheduledFor: scheduledFor.toISOString(),
    // The candles are of a day, and some markets rest for a weekend: a prediction needs one between lock and horizon.
    voteHorizon: 'P7D',
    postIds: posts.filter((post) => post.author === host.name && post.instrumentId === market.id).map((post) => post.id),
  })
  return session.id
}

export const startMeeting = (api: Api, sessionId: string) =>
  mustMutate(api, host, 'startLive', '', { idempotencyKey: `sandbox start ${sessionId}`, sessionId })

/**
 * Sees to it that the session is over, whatever it was: one that has not started is started for it. The end locks what the
 * room has come to, beside the host's own opinion, which is drawn from the meeting's name.
 */
export async function endMeeting(api: Api, sessionId: string, name: string): Promise<void> {
  const end = () =>
    mutate(api, host, 'endLive', '... on WrongLiveStatus { status }', {
      idempotencyKey: `sandbox end ${sessionId}`,
      sessionId,
      hostProbabilityUp: Number((0.3 + 0.4 * mulberry32(seedOf(`host ${name}`))()).toFixed(2)),
    })
  let result = await end()
  if (result.status === 'SCHEDULED') {
    await startMeeting(api, sessionId)
    result = await end()
  }
  if (result.__typename !== 'EndLiveSuccess' && result.status !== 'ENDED')
    throw new Error(`endLive: ${result.code} ${result.message}`)
}

const SESSIONS = `query ($status: LiveStatus!, $after: Cursor) { liveSessions(status: $status, first: 100, after: $after) {
  edges { node { id title host { id } } } pageInfo { hasNextPage endCursor } } }`

/**
 * Ends what an earlier process has left open of the sandbox's sessions, not those of anybody else nor others of the host. The
 * one of `nextDay` is taken up again.
 */
export async function endLeftMeetings(api: Api, nextDay: Date): Promise<void> {
  const isLeft = ({ title, host: by }: Data) =>
    by?.id === host.userId && title.includes(QUESTION) && !title.endsWith(`${QUESTION}${nextDay.toISOString().slice(0, 10)}`)
  for (const status of ['LIVE', 'SCHEDULED']) {
    const left: string[] = []
    for (let after: string | null = null, hasNext = true; hasNext; ) {
      const { liveSessions }: Data = await api(null, SESSIONS, { status, after })
      left.push(...liveSessions.edges.flatMap(({ node }: Data) => (isLeft(node) ? [node.id] : [])))
      after = liveSessions.pageInfo.endCursor
      hasNext = liveSessions.pageInfo.hasNextPage
    }
    for (const sessionId of left) await endMeeting(api, sessionId, sessionId)
  }
}

/** One round of votes: `part` of the readers, each with an opinion drawn from name and round around the crowd's mood. */
export async function vote(api: Api, sessionId: string, round: string, part = 0.7): Promise<void> {
  const mood = 0.25 + 0.5 * mulberry32(seedOf(`mood ${round}`))()
  const votes = readers.flatMap((reader) => {
    const draw = mulberry32(seedOf(`${round} ${reader.name}`))
    if (draw() > part) return []
    const probabilityUp = Math.min(0.95, Math.max(0.05, mood + (draw() - 0.5) * 0.5))
    return [{ reader, probabilityUp: Number(probabilityUp.toFixed(3)) }]
  })
  const cast = ({ reader, probabilityUp }: (typeof votes)[number]) =>
    mustMutate(api, reader, 'castVote', '', { idempotencyKey: `sandbox ${sessionId} ${round}`, sessionId, probabilityUp })
  await Promise.all(votes.map(cast))
}
