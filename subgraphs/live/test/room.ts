import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { signedRequest } from '@planet/runtime/testing/signed-request'
import { newKey, newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { type Scene, startScene } from './scene.ts'

const BULLET = 'bullet { id number text moderation sentAt author { id } session { id } }'
const SEAT = `seat { state requestedAt invitedAt onStageAt leftAt user { id } }
  stage { seq maxSeats requestCount seats { state user { id } } }`
const QUESTION = `question { id text state upvoteCount voterCount upvoteLowerBound askedAt answerAtMs author { id } price { amount currency } }`
const PIN = `pin { id kind title source sourceUrl value unit asOf pinnedAt unpinnedAt instrument { id } pinnedBy { id } }
  session { contextPins { id } }`

/** What is selected of each mutation's success and refusals. */
const SELECTIONS: Readonly<Record<string, string>> = {
  sendBullet: `${BULLET}`,
  removeBullet: BULLET,
  releaseBullet: BULLET,
  banFromSession: 'session { id }',
  unbanFromSession: 'session { id }',
  requestSeat: SEAT,
  inviteGuest: SEAT,
  acceptInvite: SEAT,
  removeGuest: SEAT,
  leaveStage: SEAT,
  askQuestion: QUESTION,
  upvoteQuestion: QUESTION,
  takeQuestion: QUESTION,
  answerQuestion: QUESTION,
  dismissQuestion: QUESTION,
  pinContext: PIN,
  unpinContext: PIN,
}

const REFUSALS: Readonly<Record<string, string>> = {
  sendBullet: '... on ChatFlooded { retryAfter } ... on WrongLiveStatus { status }',
  requestSeat: '... on WrongSeatState { state } ... on WrongLiveStatus { status }',
  inviteGuest: '... on WrongSeatState { state } ... on WrongLiveStatus { status }',
  acceptInvite: '... on WrongSeatState { state } ... on StageFull { maxSeats } ... on WrongLiveStatus { status }',
  removeGuest: '... on WrongSeatState { state } ... on WrongLiveStatus { status }',
  leaveStage: '... on WrongSeatState { state } ... on WrongLiveStatus { status }',
  askQuestion: '... on TooManyQuestions { limit } ... on WrongLiveStatus { status }',
  upvoteQuestion: '... on WrongQuestionState { state } ... on WrongLiveStatus { status }',
  pinContext: '... on TooManyPins { limit } ... on WrongLiveStatus { status }',
}

/** A scene whose people do more than vote. */
export async function startRoom(create: (deps: SubgraphDeps) => ReturnType<typeof createLiveSubgraph> = createLiveSubgraph) {
  const given: SubgraphDeps[] = []
  const scene: Scene = await startScene((deps) => {
    given.push(deps)
    return create(deps)
  })
  const { live } = scene
  return {
    ...scene,
    /** Sends one of the mutations above. */
    act(viewer: Viewer | null, mutation: string, input: Record<string, unknown>) {
      const Name = mutation.charAt(0).toUpperCase() + mutation.slice(1)
      const selection = `... on ${Name}Success { ${SELECTIONS[mutation]} } ${REFUSALS[mutation] ?? ''}`
      return live.mutate(viewer, mutation, selection, input)
    },
    /** The only mutation without an idempotency key. */
    async heartbeat(viewer: Viewer | null, sessionId: string) {
      const result = `__typename ... on UserError { code } ... on InvalidInput { faults { field } }
        ... on WrongLiveStatus { status } ... on HeartbeatSuccess { session { id } nextWithin }`
      const answer = await live.query(viewer, `mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { ${result} } }`, {
        input: { sessionId },
      })
      const error = answer.errors?.[0]
      if (error) throw Object.assign(new Error(error.message), { code: error.extensions?.code })
      return answer.data.heartbeat
    },
    /** A field of a session, as `viewer` sees it. */
    async see(viewer: Viewer | null, sessionId: string, selection: string) {
      const answer = await live.query(viewer, `query ($id: ID!) { liveSession(id: $id) { ${selection} } }`, { id: sessionId })
      const error = answer.errors?.[0]
      if (error) throw Object.assign(new Error(error.message), { code: error.extensions?.code })
      return answer.data.liveSession
    },
    /** Users who have registered. */
    async users(count: number): Promise<Viewer[]> {
      const viewers = Array.from({ length: count }, () => newViewer())
      await live.publish(
        ...viewers.map(({ userId }) => ({
          stream: `user:${userId}`,
          type: 'creators.UserRegistered',
          payload: { userId, handle: `u${userId.slice(-8)}` },
        })),
      )
      return viewers
    },
    /** What a subscription gives; `next` is null once there is no more. */
    async follow(field: string, selection: string, viewer: Viewer | null = null) {
      const results = await live.subscribe(viewer, `subscription { ${field} { ${selection} } }`)
      const name = /^\w+/.exec(field)?.[0] ?? ''
      const next = async () => {
        const { value, done } = await results.next()
        if (done || !value) return null
        const error = value.errors?.[0]
        if (error) throw Object.assign(new Error(error.message), { code: error.extensions?.code })
        return value.data[name]
      }
      return {
        next,
        /** Reads on until a value is as wanted, which it gives. */
        async until(isWanted: (value: Awaited<ReturnType<typeof next>>) => boolean) {
          for (;;) {
            const value = await next()
            if (value === null || isWanted(value)) return value
          }
        },
        return: () => results.return(),
      }
    },
    /** Another process of the same subgraph, with its workers. */
    startReplica() {
      const [deps] = given
      if (!deps) throw new Error('the scene has not started')
      const replica = create(deps)
      const stop = new AbortController()
      const running = replica.workers.map((worker) => worker.run(stop.signal))
      return {
        /** Sends a mutation and gives the type of its result. */
        async act(viewer: Viewer, mutation: string, input: Record<string, unknown>): Promise<unknown> {
          const Name = mutation.charAt(0).toUpperCase() + mutation.slice(1)
          const [key] = deps.viewerKeys
          if (!key) throw new Error('a subgraph has a key')
          const operation = {
            query: `mutation ($input: ${Name}Input!) { ${mutation}(input: $input) { __typename } }`,
            variables: { input: mutation === 'heartbeat' ? input : { idempotencyKey: newKey(), ...input } },
          }
          const result = await replica.execute(signedRequest(key, replica.name, viewer, operation, stop.signal))
          return JSON.parse(JSON.stringify(result)).data[mutation].__typename
        },
        idle: () => Promise.all(replica.workers.map((worker) => worker.idle())),
        async [Symbol.asyncDispose]() {
          stop.abort()
          await Promise.all(running)
          await replica.close()
        },
      }
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}

export type LiveRoom = Awaited<ReturnType<typeof startRoom>>
