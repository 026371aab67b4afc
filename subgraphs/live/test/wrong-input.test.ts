import { openDatabase } from '@planet/runtime/database'
import { newId } from '@planet/runtime/ids'
import { newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LiveRoom, startRoom } from './room.ts'

/** What each mutation needs beside the id of what it is about, and that id's field. */
const ABOUT_SESSION = {
  startLive: {},
  endLive: {},
  castVote: { probabilityUp: 0.5 },
  lockPrediction: { hostProbabilityUp: 0.5 },
  openVoting: {},
  sendBullet: { text: 'x' },
  banFromSession: { userId: newViewer().userId },
  unbanFromSession: { userId: newViewer().userId },
  requestSeat: {},
  inviteGuest: { userId: newViewer().userId },
  acceptInvite: {},
  removeGuest: { userId: newViewer().userId },
  leaveStage: {},
  askQuestion: { text: 'x' },
  pinContext: { kind: 'LINK', title: 'x', source: 'x', sourceUrl: 'https://a.example' },
  heartbeat: {},
}
const FIELDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(ABOUT_SESSION).map((mutation) => [mutation, 'sessionId'])),
  scheduleLive: 'instrumentId',
  removeBullet: 'bulletId',
  releaseBullet: 'bulletId',
  upvoteQuestion: 'questionId',
  takeQuestion: 'questionId',
  answerQuestion: 'questionId',
  dismissQuestion: 'questionId',
  unpinContext: 'pinId',
}

let room: LiveRoom
/** Ids of things that are there, by field. */
let known: Readonly<Record<string, string>>
beforeAll(async () => {
  room = await startRoom()
  const sessionId = await room.startSession()
  const asked = await room.act(newViewer(), 'askQuestion', { sessionId, text: 'Why?' })
  const held = await room.act(newViewer(), 'sendBullet', { sessionId, text: 'see https://a.example' })
  const pinned = await room.act(room.host, 'pinContext', { sessionId, ...ABOUT_SESSION.pinContext })
  known = {
    sessionId,
    instrumentId: room.instrumentId,
    questionId: asked.question.id,
    bulletId: held.bullet.id,
    pinId: pinned.pin.id,
  }
})
afterAll(() => room[Symbol.asyncDispose]())

const inputOf = (mutation: string, id?: string) => {
  const field = FIELDS[mutation] ?? ''
  const scheduled = { title: 'x', scheduledFor: room.live.clock.now().toISOString() }
  const rest = mutation === 'scheduleLive' ? scheduled : Object.entries(ABOUT_SESSION).find(([name]) => name === mutation)?.[1]
  return { ...rest, [field]: id ?? known[field] }
}
const send = (viewer: Viewer | null, mutation: string, input: Record<string, unknown>) =>
  mutation === 'heartbeat' ? room.heartbeat(viewer, String(input.sessionId)) : room.live.mutate(viewer, mutation, '', input)

/** Rows of the subgraph's tables and events of the log. */
async function countRows(): Promise<number> {
  await using database = openDatabase({ url: room.live.databaseUrl, role: null, audience: 'analyst' })
  const tables = await database.db.execute<{ name: string }>(
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = 'live' or (schemaname = 'event_log' and tablename = 'inbox')`,
  )
  let rows = 0
  for (const { name } of tables) rows += await database.db.$count(sql.raw(name))
  return rows
}

describe('every mutation', () => {
  it('is among those that are tried here', () => {
    const { subgraph } = room.live
    expect(Object.keys(subgraph.schema.getMutationType()?.getFields() ?? {}).sort()).toEqual(Object.keys(FIELDS).sort())
  })

  it('names the field of an id that is of nothing, and stores nothing', async () => {
    const before = await countRows()
    for (const [mutation, field] of Object.entries(FIELDS)) {
      for (const id of ['nonsense', '', 'a\0b', newId(TEST_START)]) {
        const refused = await send(room.host, mutation, inputOf(mutation, id))
        expect(refused, `${mutation} ${id}`).toMatchObject({ code: 'INVALID_INPUT', faults: [{ field }] })
      }
    }
    expect(await countRows()).toBe(before)
  })

  it('is nobody’s who has not signed in', async () => {
    for (const mutation of Object.keys(FIELDS)) {
      await expect(send(null, mutation, inputOf(mutation)), mutation).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  it('refuses a key that is none, and stores nothing', async () => {
    const before = await countRows()
    for (const mutation of Object.keys(FIELDS)) {
      if (mutation === 'heartbeat') continue
      for (const idempotencyKey of ['', 'k'.repeat(101), 'a\0b']) {
        const input = { ...inputOf(mutation), idempotencyKey }
        await expect(send(room.host, mutation, input), mutation).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
      }
    }
    expect(await countRows()).toBe(before)
  })
})

describe('a cursor', () => {
  it('that was not made here is BAD_USER_INPUT or begins a page, whatever it holds', async () => {
    const { sessionId = '' } = known
    const now = room.live.clock.now().getTime()
    const numbers = ['', 'nonsense', 'a\0b', '-1', '1.5', '999999999999999']
    const instants = [`${now},x`, `99999999999999,${sessionId}`, `0.1,${now},${sessionId}`, `1e999,${now},${sessionId}`]
    const others: string[] = []
    for (const key of [...numbers, ...instants, `0.5,99999999999999,${sessionId}`]) {
      const after = Buffer.from(`k:${key}`).toString('base64url')
      for (const list of ['bullets', 'questions', 'consensusHistory', 'predictions', 'timeline', 'Query.liveSessions']) {
        const page = `(after: "${after}") { edges { cursor } }`
        const query = list === 'Query.liveSessions' ? `liveSessions${page}` : `liveSession(id: "${sessionId}") { ${list}${page} }`
        const code = (await room.live.query(null, `{ ${query} }`)).errors?.[0]?.extensions?.code
        if (code !== undefined && code !== 'BAD_USER_INPUT') others.push(`${list} ${key}: ${code}`)
      }
    }
    expect(others).toEqual([])
  })
})

describe('a text', () => {
  it('that nobody could read, or that is more than a line, is refused wherever it is one', async () => {
    const before = await countRows()
    const texts: readonly (readonly [mutation: string, field: string])[] = [
      ['scheduleLive', 'title'],
      ['sendBullet', 'text'],
      ['askQuestion', 'text'],
      ['pinContext', 'title'],
      ['pinContext', 'source'],
    ]
    for (const [mutation, field] of texts) {
      const viewer = mutation === 'askQuestion' ? newViewer() : room.host
      for (const text of ['', ' ', '\u200b', 'a\0b', 'a\nb', 'a\u202eb', '\ud800']) {
        const refused = await send(viewer, mutation, { ...inputOf(mutation), [field]: text })
        expect(refused, `${mutation} ${JSON.stringify(text)}`).toMatchObject({ code: 'INVALID_INPUT', faults: [{ field }] })
      }
    }
    expect(await countRows()).toBe(before)
  })
})
