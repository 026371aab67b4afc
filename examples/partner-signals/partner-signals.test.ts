import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getPerson } from '@planet/platform/people'
import { eventually, PATIENCE_MS } from '@planet/runtime/testing/patience'
import { newKey } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../tests/support/fault-proxy.ts'
import { startTestPlatform, type TestPlatform } from '../../tests/support/platform.ts'
import { signalOf } from '../../tests/support/signal.ts'
import { followSignals, type SignalPublished } from './follow-signals.ts'

vi.setConfig({ hookTimeout: 5 * PATIENCE_MS })

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'planet-partner-'))

let test: TestPlatform
let proxy: FaultProxy
let url: string
let instrumentId: string
beforeAll(async () => {
  test = await startTestPlatform(8, { mutationRateFactor: 1_000 })
  proxy = await startFaultProxy(Number(new URL(test.url).port))
  url = `ws://127.0.0.1:${proxy.port}/graphql`
  const { data } = await test.query(null, '{ instruments(first: 1) { edges { node { id } } } }')
  instrumentId = data.instruments.edges[0].node.id
})
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]()
  await test?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})

/** The title of a new signal. */
async function publish(person: string, title: string): Promise<string> {
  const input = { idempotencyKey: newKey(), ...signalOf(instrumentId, title, 'P10D') }
  const mutation = 'mutation ($input: PublishSignalInput!) { publishSignal(input: $input) { __typename } }'
  const { data, errors } = await test.query(person, mutation, { input })
  expect([data?.publishSignal.__typename, errors]).toEqual(['PublishSignalSuccess', undefined])
  return title
}

const until = (look: () => unknown) => expect.poll(look)
const titlesOf = (events: readonly SignalPublished[]) => events.map((event) => event.post.title)

it('has at most 60 lines to copy', () => {
  const lines = readFileSync(new URL('follow-signals.ts', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.length).toBeLessThanOrEqual(60)
})

/** Follows one person's signals in this process, in memory, under tokens of `lifetimeS` seconds. */
function followOne(person: string, lifetimeS: number) {
  const stop = new AbortController()
  const taken: SignalPublished[] = []
  let tokens = 0
  const following = followSignals(
    {
      url,
      creatorIds: [getPerson(person).userId],
      async token() {
        tokens += 1
        return test.tokenOf('orbit', lifetimeS)
      },
      cursor: async () => taken.at(-1)?.cursor ?? null,
      async store(event) {
        taken.push(event)
      },
      async restart(code) {
        throw new Error(code)
      },
    },
    stop.signal,
  )
  const titles: string[] = []
  return {
    publish: async (title: string) => void titles.push(await publish(person, title)),
    takenCount: () => taken.length,
    tokenCount: () => tokens,
    last: () => taken.at(-1)?.post.title,
    async end() {
      stop.abort()
      await following
      // Without a cursor a stream begins when it begins; from then on nothing is missing and nothing is there twice.
      expect(titlesOf(taken)).toEqual(titles.slice(-taken.length))
      expect(taken.map((event) => event.seq)).toEqual(taken.map((_, index) => (taken[0]?.seq ?? 0) + index))
    },
  }
}

/** Does `act` again and again until `isDone`. */
const repeat = (act: () => Promise<void>, isDone: () => boolean) =>
  eventually(async () => {
    await act()
    expect(isDone()).toBe(true)
  }, 200)

it('goes on with the next signal whenever its socket is cut', async () => {
  const app = followOne('dina', 600)
  await repeat(
    () => app.publish('first'),
    () => app.takenCount() > 0,
  )
  for (let round = 0; round < 5; round++) {
    await app.publish(`before ${round}`)
    proxy.cut()
    await app.publish(`after ${round}`)
    await until(app.last).toBe(`after ${round}`)
  }
  expect(app.tokenCount()).toBeGreaterThan(1)
  await app.end()
})

it('goes on under a fresh token when the old one runs out', async () => {
  const app = followOne('fay', 2)
  await repeat(
    () => app.publish('again'),
    () => app.tokenCount() > 3 && app.takenCount() > 0,
  )
  await app.publish('last')
  await until(app.last).toBe('last')
  await app.end()
})

it('tells its owner when it cannot go on from its cursor, and gives up what no trying mends', async () => {
  let cursor: string | null = 'nonsense'
  const restarts: string[] = []
  const taken: SignalPublished[] = []
  const stop = new AbortController()
  const app = {
    url,
    creatorIds: [getPerson('max').userId] as readonly string[],
    token: () => test.tokenOf('orbit'),
    cursor: async () => cursor,
    async store(event: SignalPublished) {
      taken.push(event)
      cursor = event.cursor
    },
    async restart(code: string, oldest: string | null) {
      restarts.push(code)
      cursor = oldest
    },
  }
  const following = followSignals(app, stop.signal)
  await eventually(async () => {
    await publish('max', 'another')
    expect(taken.length).toBeGreaterThan(0)
  }, 200)
  stop.abort()
  await following
  expect(restarts).toEqual(['CURSOR_INVALID'])
  await expect(followSignals({ ...app, creatorIds: ['nobody'] }, new AbortController().signal)).rejects.toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' } },
  ])
})

it('keeps each signal once, however often its process is killed', async () => {
  const { userId } = getPerson('otto')
  const [file, tokenFile] = [join(home, 'signals.json'), join(home, 'token')]
  writeFileSync(tokenFile, await test.tokenOf('orbit'))
  const kept = (): readonly SignalPublished[] => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).signals : [])
  const launch = (): ChildProcess =>
    spawn(process.execPath, [MAIN, userId], {
      env: { ...process.env, PLANET_URL: url, PLANET_TOKEN_FILE: tokenFile, SIGNALS_FILE: file },
      stdio: 'ignore',
    })
  /** The exit code; null if the signal ended it. */
  const kill = (signal: NodeJS.Signals) =>
    new Promise<number | null>((resolve) => {
      child.once('exit', resolve)
      child.kill(signal)
    })

  const titles: string[] = []
  let child = launch()
  try {
    await eventually(async () => {
      titles.push(await publish('otto', `start ${titles.length}`))
      expect(kept().length).toBeGreaterThan(0)
    }, 500)
    for (let round = 0; round < 3; round++) {
      const known = kept().length
      const burst = Array.from({ length: 10 }, (_, n) => `burst ${round} ${n}`)
      for (const title of burst) titles.push(await publish('otto', title))
      // It dies while it stores: most of the burst is still to come.
      await until(() => kept().length).toBeGreaterThan(known)
      await kill('SIGKILL')
      titles.push(await publish('otto', `while it was dead ${round}`))
      child = launch()
    }
    await until(() => titlesOf(kept()).at(-1)).toBe(titles.at(-1))
    expect(await kill('SIGTERM')).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
  const signals = kept()
  expect(titlesOf(signals)).toEqual(titles.slice(-signals.length))
  expect(signals.map((event) => event.seq)).toEqual(signals.map((_, index) => (signals[0]?.seq ?? 0) + index))
})
