import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { getPerson } from '@planet/platform/people'
import { SUBGRAPH_NAMES, type SubgraphName } from '@planet/platform/platform'
import { eventually } from '@planet/runtime/testing/patience'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { FLAGSHIP } from './support/flagship.ts'
import { viewerKeyVariables } from './support/keys.ts'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'
import { ask, freePorts, PATIENCE_MS, type Planet, runPlanet } from './support/processes.ts'

const DAYS = 8
/** Of one operation, whatever is down: see the promises of the gateway. */
const DEADLINE_MS = 5_000

vi.setConfig({ hookTimeout: 3 * PATIENCE_MS })

type Part = { readonly url: string; planet: Planet }

const home = mkdtempSync(join(tmpdir(), 'planet-apart-'))
const parts = new Map<SubgraphName | 'gateway', Part>()
let inProcess: TestPlatform
let launch: (name: SubgraphName | 'gateway', port?: string) => Planet

const part = (name: SubgraphName | 'gateway'): Part => {
  const found = parts.get(name)
  if (!found) throw new Error(`${name} does not run`)
  return found
}

beforeAll(async () => {
  inProcess = await startTestPlatform(DAYS)
  const names = ['gateway', ...SUBGRAPH_NAMES] as const
  const ports = await freePorts(names.length)
  const portOf = (name: (typeof names)[number]) => String(ports[names.indexOf(name)])
  const urlOf = (name: (typeof names)[number]) => `http://127.0.0.1:${portOf(name)}/graphql`
  const env = {
    PLANET_HOME: home,
    DATABASE_URL: inProcess.databaseUrl,
    ...viewerKeyVariables(),
    PLANET_LOG_LEVEL: 'silent',
    ...Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`PLANET_${name.toUpperCase()}_URL`, urlOf(name)])),
  }
  launch = (name, port = portOf(name)) => runPlanet(['serve', name], { ...env, PORT: port })
  for (const name of names) parts.set(name, { url: urlOf(name), planet: launch(name) })
  await Promise.all([...parts.values()].map(({ planet }) => planet.says(/listens on/)))
})

afterAll(async () => {
  await Promise.all([...parts.values()].map(({ planet }) => planet[Symbol.asyncDispose]()))
  await inProcess?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})

async function tokenOf(name: string): Promise<string> {
  const { userId, roles } = getPerson(name)
  return (await openDevIssuer(home)).issueToken({ userId, roles, lifetimeS: 600 })
}

async function query(person: string, text: string, variables: Record<string, unknown> = {}) {
  const { body } = await ask(part('gateway').url, text, { variables, token: await tokenOf(person) })
  return body
}

const flagship = () => query('nora', FLAGSHIP, { id: inProcess.state.featured.postId })

/** The answer and how long it took, in milliseconds. */
async function timed<Value>(work: Promise<Value>): Promise<{ value: Value; ms: number }> {
  const start = performance.now()
  const value = await work
  return { value, ms: performance.now() - start }
}

/** A client learns that a part is away, and nothing of where or how it runs. */
const expectNothingInternal = (answer: unknown) =>
  expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|localhost|https?:|ECONN|socket|creators subgraph|stack|:\d{4,5}\b/i)

describe('the platform apart', () => {
  it('answers the flagship query as it does in one process', async () => {
    const together = await inProcess.query('nora', FLAGSHIP, { id: inProcess.state.featured.postId })
    const apart = await flagship()
    expect(apart.errors).toBeUndefined()
    expect(apart.data.post.linkedTrades.totalCount).toBeGreaterThan(0)
    expect(apart).toEqual(together)
  })

  it('tells at each subgraph how far its consumers are', async () => {
    const consuming = ['circles', 'incentives', 'insights', 'live', 'posts', 'trading'] as const
    for (const name of consuming) {
      const [, metricsUrl = ''] = await part(name).planet.says(/metrics on (\S+)/)
      const lagsIn = (text: string) => [...text.matchAll(/^planet_consumer_lag_events\{consumer="(\w+)\.\w+"\} (\d+)$/gm)]
      await eventually(async () => {
        const lags = lagsIn(await (await fetch(metricsUrl)).text())
        expect(lags.length).toBeGreaterThan(0)
        expect(lags.filter(([, subgraph, lag]) => subgraph !== name || lag !== '0').map(([line]) => line)).toEqual([])
      })
    }
  })

  it('answers nobody but the gateway at its subgraphs', async () => {
    for (const name of SUBGRAPH_NAMES) {
      for (const token of [undefined, await tokenOf('root')]) {
        const { status, body } = await ask(part(name).url, '{ __typename }', token === undefined ? {} : { token })
        expect({ name, status, code: body.errors?.[0]?.extensions?.code }).toEqual({ name, status: 401, code: 'UNAUTHENTICATED' })
        expect(body.data).toBeUndefined()
      }
    }
  })

  it('carries the live consensus from the subgraph through the gateway, joined with others', async () => {
    const instrument = await query('otto', '{ instruments(first: 1) { edges { node { id } } } }')
    const scheduled = await query(
      'otto',
      `mutation ($id: ID!, $at: DateTime!) { scheduleLive(input: { idempotencyKey: "apart", title: "Apart?", instrumentId: $id, scheduledFor: $at }) {
        __typename ... on ScheduleLiveSuccess { session { id } } } }`,
      { id: instrument.data.instruments.edges[0].node.id, at: inProcess.clock.now().toISOString() },
    )
    const sessionId = scheduled.data.scheduleLive.session.id
    const start = 'mutation ($id: ID!) { startLive(input: { idempotencyKey: "apart", sessionId: $id }) { __typename } }'
    expect((await query('otto', start, { id: sessionId })).data.startLive.__typename).toBe('StartLiveSuccess')

    const client = createClient({
      url: part('gateway').url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await tokenOf('ada')}` },
    })
    const updates = client.iterate<{ consensusUpdated: { seq: number; session: { host: { handle: string } } } }>({
      query: 'subscription ($id: ID!) { consensusUpdated(sessionId: $id) { seq session { host { handle } } } }',
      variables: { id: sessionId },
    })
    const next = async () => (await updates.next()).value?.data?.consensusUpdated
    const first = await next()
    expect(first).toEqual({ seq: expect.any(Number), session: { host: { handle: 'otto' } } })
    const vote =
      'mutation ($id: ID!) { castVote(input: { idempotencyKey: "apart", sessionId: $id, probabilityUp: 0.7 }) { __typename } }'
    expect((await query('ada', vote, { id: sessionId })).data.castVote.__typename).toBe('CastVoteSuccess')
    expect(await next()).toEqual({ seq: (first?.seq ?? 0) + 1, session: { host: { handle: 'otto' } } })
    await updates.return?.()
    await client.dispose()
  })

  it('says that a port is taken, and ends', async () => {
    const { port } = new URL(part('posts').url)
    for (const { code, stderr } of await Promise.all([launch('posts', port).ended, launch('gateway', port).ended])) {
      expect(stderr).toBe(`Port ${port} on 127.0.0.1 is in use. Set PORT to another one, e.g. PORT=${Number(port) + 1}.\n`)
      expect(code).toBe(1)
    }
  })

  it('loses a branch and not the page while a subgraph is dead, and has it back when the subgraph is', async () => {
    const whole = await flagship()
    const creators = part('creators')
    creators.planet.signal('SIGKILL')
    await creators.planet.ended

    const { value: answer, ms } = await timed(flagship())
    expect(answer.data).toEqual({ post: { ...whole.data.post, author: null } })
    expect(answer.errors).toMatchObject([{ path: ['post', 'author'], extensions: { code: 'UNAVAILABLE' } }])
    expectNothingInternal(answer.errors)
    expect(ms).toBeLessThan(DEADLINE_MS)
    const refused = await query(
      'ada',
      'mutation ($id: ID!) { followCreator(input: { idempotencyKey: "dead", creatorId: $id }) { __typename } }',
      {
        id: getPerson('otto').userId,
      },
    )
    expect(refused).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
    expectNothingInternal(refused.errors)

    creators.planet = launch('creators')
    await creators.planet.says(/listens on/)
    await expect.poll(flagship).toEqual(whole)
  })

  it('answers within its deadline while a subgraph hangs, and in full once it goes on', async () => {
    const whole = await flagship()
    part('live').planet.signal('SIGSTOP')
    try {
      const { value: answer, ms } = await timed(flagship())
      expect(answer.data).toEqual({ post: { ...whole.data.post, liveSessions: null } })
      // The fetch that failed belongs to the post as a whole.
      expect(answer.errors).toMatchObject([{ path: ['post'], extensions: { code: 'UNAVAILABLE' } }])
      expectNothingInternal(answer.errors)
      expect(ms).toBeLessThan(DEADLINE_MS)
    } finally {
      part('live').planet.signal('SIGCONT')
    }
    await expect.poll(flagship).toEqual(whole)
  })

  it('ends each process at SIGTERM by itself', async () => {
    const ended = [...parts.values()].map(async ({ planet }) => {
      const tree = planet.tree()
      planet.signal('SIGTERM')
      const { code } = await planet.ended
      return { code, left: await tree.toEnd() }
    })
    for (const end of await Promise.all(ended)) expect(end).toEqual({ code: 0, left: [] })
  })
})
