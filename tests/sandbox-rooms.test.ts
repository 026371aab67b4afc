import { type Api, ApiError } from '@planet/platform/sandbox/api'
import { endLeftMeetings, schedule, startMeeting } from '@planet/platform/sandbox/meeting'
import { type Market, readMarkets } from '@planet/platform/sandbox/publishing'
import { keepRoomOpen } from '@planet/platform/sandbox/room'
import { apiOf } from '@planet/platform/start'
import { silentLog } from '@planet/runtime/log'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'

let test: TestPlatform
let api: Api
let markets: Market[]
beforeAll(async () => {
  test = await startTestPlatform(8)
  api = apiOf(test.platform)
  markets = await readMarkets(api)
})
afterAll(() => test[Symbol.asyncDispose]())

const SESSIONS = '{ liveSessions(first: 100) { edges { node { id status title } } } }'
async function openSessions(): Promise<string[]> {
  const { liveSessions } = await api(null, SESSIONS)
  return liveSessions.edges.flatMap(({ node }: { node: Record<string, string> }) => (node.status === 'ENDED' ? [] : [node.title]))
}

/** Keeps a room open until it has been opened `count` times, with an API of which `fails` tells what goes wrong. */
async function keepOpen(count: number, fails: (call: string, number: number) => 'BEFORE' | 'AFTER' | null, error: Error) {
  // Rooms are named by the second in which they open.
  await test.advance(60_000)
  const stop = new AbortController()
  const opened: string[] = []
  const calls: string[] = []
  const pause = async (ms: number) => {
    // The rounds of a room go by, and the platform's clock with them.
    if (!stop.signal.aborted) test.clock.advance(new Date(test.clock.now().getTime() + ms))
  }
  await keepRoomOpen({
    api: async (person, query, variables) => {
      const call = /mutation (\w+)/.exec(query)?.[1] ?? 'query'
      const failure = fails(call, calls.push(call))
      if (failure === 'BEFORE') throw error
      const data = await api(person, query, variables)
      if (failure === 'AFTER') throw error
      return data
    },
    clock: test.clock,
    markets,
    posts: () => [],
    leadMs: 600_000,
    async onOpen(sessionId) {
      opened.push(sessionId)
      if (opened.length === count) stop.abort()
    },
    pause,
    log: silentLog,
    signal: stop.signal,
  })
  return { opened, calls }
}

const away = new ApiError('trading cannot be reached (UNAVAILABLE)', 'UNAVAILABLE')
const STEPS = ['scheduleLive', 'startLive', 'pinContext', 'inviteGuest', 'takeQuestion', 'castVote', 'heartbeat', 'endLive']

describe('a room of the sandbox', () => {
  it('goes on when a step is UNAVAILABLE, whether the call was lost or its answer', async () => {
    const failures = new Map(STEPS.map((step) => [step, ['BEFORE', 'AFTER'] as ('BEFORE' | 'AFTER')[]]))
    const { opened, calls } = await keepOpen(2, (call) => failures.get(call)?.shift() ?? null, away)
    expect([...failures.values()].flat()).toEqual([])
    expect(new Set(opened).size).toBe(2)
    const count = (step: string) => calls.filter((call) => call === step).length
    expect([count('scheduleLive'), count('startLive'), count('endLive')]).toEqual([4, 4, 4])
    expect(await openSessions()).toEqual([])
  })

  it.each(['startLive', 'pinContext', 'castVote', 'endLive'])(
    'is over before the next one opens, if %s fails otherwise',
    async (step) => {
      let failures = 0
      const fails = (call: string) => (call === step && failures++ === 0 ? 'BEFORE' : null)
      const { opened } = await keepOpen(2, fails, new Error('broken'))
      expect(new Set(opened).size).toBe(2)
      expect(await openSessions()).toEqual([])
    },
  )

  it('that a killed process left open is ended by the next start, and no other session is', async () => {
    const [market] = markets
    if (!market) throw new Error('no market')
    const later = new Date(test.clock.now().getTime() + 3_600_000)
    await startMeeting(api, await schedule(api, '2017-05-01 10:00:00', market, [], later))
    await schedule(api, '2017-05-01 11:00:00', market, [], later)
    await startMeeting(api, await schedule(api, '2017-05-02', market, [], later))
    const own = { title: 'My own', instrumentId: market.id, scheduledFor: later.toISOString(), voteHorizon: 'P7D' }
    const { session } = await test.mutate('otto', 'scheduleLive', '... on ScheduleLiveSuccess { session { id } }', own)
    await test.mutate('otto', 'startLive', '', { sessionId: session.id })

    await endLeftMeetings(api, new Date('2017-05-02T00:00:00Z'))
    expect((await openSessions()).sort()).toEqual(['My own', `${market.symbol}: up or down from here? 2017-05-02`].sort())
  })
})
