import { type Db, openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPresence } from '../src/audience/presence.ts'
import { createContext } from '../src/context.ts'
import { createStreams } from '../src/streams.ts'
import { createLiveSubgraph } from '../src/subgraph.ts'
import { createTurns } from '../src/turns.ts'
import { createRooms } from '../src/voting/rooms.ts'
import { createVoteBox } from '../src/voting/vote-box.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
let deps: SubgraphDeps
/** Scheduled an hour apart, oldest first; the first three are about `postId`, the last two about `otherPostId`. */
const ids: string[] = []
beforeAll(async () => {
  scene = await startScene((given) => {
    deps = given
    return createLiveSubgraph(given)
  })
  for (let hour = 0; hour < 4; hour++) {
    const scheduledFor = new Date(TEST_START.getTime() + hour * 3_600_000).toISOString()
    const postIds = [...(hour < 3 ? [scene.postId] : []), ...(hour > 1 ? [scene.otherPostId] : [])]
    ids.push((await scene.schedule({ scheduledFor, postIds })).session.id)
  }
})
afterAll(() => scene[Symbol.asyncDispose]())

const ENTITIES = `query ($refs: [_Any!]!, $first: Int! = 20, $after: Cursor) { _entities(representations: $refs) {
  ... on Post { id liveSessions(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }
  ... on Creator { id liveSessions(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage } } }
  ... on LiveSession { id title status consensus { seq } }
} }`

const idsIn = (entity: { liveSessions: { edges: { node: { id: string } }[] } }) => entity.liveSessions.edges.map((e) => e.node.id)
const post = (id: string) => ({ __typename: 'Post', id })

describe('lists of sessions', () => {
  it('belong to their post and their host, latest scheduled first', async () => {
    const [first, second, third, fourth] = ids
    const refs = [post(scene.postId), post(scene.otherPostId), { __typename: 'Creator', id: scene.host.userId }]
    const { data } = await scene.live.query(null, ENTITIES, { refs })
    expect(data._entities.map(idsIn)).toEqual([
      [third, second, first],
      [fourth, third],
      [fourth, third, second, first],
    ])
  })

  it('are empty for a post or creator without sessions, and nothing for a malformed id', async () => {
    const refs = [
      post(newId<'Post'>(TEST_START)),
      { __typename: 'Creator', id: newViewer().userId },
      post('nonsense'),
      { __typename: 'Creator', id: '' },
    ]
    const { data, errors } = await scene.live.query(null, ENTITIES, { refs })
    expect(errors).toBeUndefined()
    expect(data._entities.slice(0, 2).map(idsIn)).toEqual([[], []])
    expect(data._entities.slice(2)).toEqual([null, null])
  })

  it('are paged by cursor without a session missing or twice', async () => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const { data } = await scene.live.query(null, ENTITIES, { refs: [post(scene.postId)], first: 2, after })
      const [entity] = data._entities
      seen.push(...idsIn(entity))
      after = entity.liveSessions.pageInfo.hasNextPage ? entity.liveSessions.pageInfo.endCursor : null
    } while (after)
    expect(seen).toEqual(ids.slice(0, 3).reverse())
  })

  it('refuse a page of more than 100 and a cursor that is none', async () => {
    const tooMany = await scene.live.query(null, ENTITIES, { refs: [post(scene.postId)], first: 101 })
    expect(tooMany.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
    const badCursor = await scene.live.query(null, ENTITIES, { refs: [post(scene.postId)], after: 'bm9uc2Vuc2U' })
    expect(badCursor.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('may be asked by status', async () => {
    const LIST = `query ($status: LiveStatus, $after: Cursor) {
      liveSessions(status: $status, first: 3, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`
    const liveId = await scene.startSession({ scheduledFor: new Date(TEST_START.getTime() + 1).toISOString() })
    expect(idsIn((await scene.live.query(null, LIST, { status: 'LIVE' })).data)).toEqual([liveId])
    expect(idsIn((await scene.live.query(null, LIST, { status: 'ENDED' })).data)).toEqual([])
    const page = (await scene.live.query(null, LIST)).data
    expect(idsIn(page)).toEqual(ids.slice(1).reverse())
    const rest = (await scene.live.query(null, LIST, { after: page.liveSessions.pageInfo.endCursor })).data
    expect(idsIn(rest)).toEqual([liveId, ids[0]])
  })
})

describe('a reference to a session', () => {
  it('finds it by id, and null where there is none', async () => {
    const refs = [ids[1], newId<'LiveSession'>(TEST_START), 'nonsense'].map((id) => ({ __typename: 'LiveSession', id }))
    const { data, errors } = await scene.live.query(null, ENTITIES, { refs })
    expect(errors).toBeUndefined()
    expect(data._entities).toEqual([{ id: ids[1], title: 'Where next?', status: 'SCHEDULED', consensus: null }, null, null])
    expect((await scene.live.query(null, '{ liveSession(id: "nonsense") { id } }')).data.liveSession).toBeNull()
  })
})

describe('the statements of a request', () => {
  const SESSIONS = '{ edges { node { id title consensus { seq probabilityUp } host { id } } } }'
  const statementsOf = async (query: string, variables: Record<string, unknown> = {}) => {
    await using database = openDatabase({ url: scene.live.databaseUrl, role: 'planet_live', audience: 'interactive' })
    let count = 0
    const db = new Proxy<Db>(database.db, {
      get(target, key) {
        if (key === 'select' || key === 'execute') count++
        return Reflect.get(target, key)
      },
    })
    const { clock, log } = deps
    const rooms = createRooms(db, clock.now)
    const contextValue = createContext(
      {
        db,
        rooms,
        streams: createStreams({ ...deps, db, rooms }),
        crowd: {
          presence: createPresence({ db, machineNow: clock.now, now: clock.now, log }),
          voteBox: createVoteBox(db, clock.now),
          turns: createTurns({ atOnce: 1, maxWaiting: 0 }),
          machineNow: clock.now,
        },
        now: clock.now,
      },
      null,
    )
    const { schema } = scene.live.subgraph
    const { errors } = await execute({ schema, document: parse(query), variableValues: variables, contextValue })
    expect(errors).toBeUndefined()
    return count
  }

  it('are one for the sessions of many posts, and one for the consensus of all that have started', async () => {
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ...P } } fragment P on Post { liveSessions(first: 3) ${SESSIONS} }`
    expect(await statementsOf(query, { refs: [post(scene.postId), post(scene.otherPostId)] })).toBe(1)
  })

  it('are as many for a page of sessions, and for many references', async () => {
    expect(await statementsOf(`{ liveSessions ${SESSIONS} }`)).toBe(2)
    const refs = ids.map((id) => ({ __typename: 'LiveSession', id }))
    expect(await statementsOf(ENTITIES, { refs })).toBe(1)
  })
})
