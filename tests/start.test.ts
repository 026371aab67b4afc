import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBundledSeries } from '@planet/platform/market-data/bundled'
import { startEmbeddedPostgres } from '@planet/runtime/embedded-postgres'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { createClient } from 'graphql-ws'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ask, type Ended, freePort, PATIENCE_MS, type Planet, planet, runPlanet } from './support/processes.ts'

/** Enough for a settled signal with linked trades and a consensus. */
const DAYS = '8'

// Each test starts several processes, and the machine may be busy.
vi.setConfig({ testTimeout: 4 * PATIENCE_MS, hookTimeout: 3 * PATIENCE_MS })

type Running = AsyncDisposable & { readonly planet: Planet; readonly url: string }

const folder = mkdtempSync(join(tmpdir(), 'planet-start-'))
/** Seeded by whichever start comes first; nobody runs on it between two tests. */
const home = join(folder, 'home')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function launch(env: Record<string, string> = {}, through?: 'the launcher'): Promise<Running> {
  const port = await freePort()
  const settings = { PLANET_HOME: home, PORT: String(port), PLANET_SANDBOX_DAYS: DAYS, ...env }
  const running = runPlanet(['start'], settings, through)
  return { planet: running, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

async function start(through?: 'the launcher'): Promise<Running> {
  const running = await launch({}, through)
  await running.planet.says(/Ctrl-C stops everything/)
  return running
}

const get = (url: string) => fetch(url, { redirect: 'manual' })

type Example = { readonly name: string; readonly query: string; readonly as: { readonly name: string; readonly token: string } }

async function examplesOf(url: string): Promise<readonly Example[]> {
  const { examples } = (await (await get(`${url}/graphiql/config.json`)).json()) as { examples: Example[] }
  return examples
}

async function firstExample(url: string): Promise<Example> {
  const [first] = await examplesOf(url)
  if (!first) throw new Error('there are no examples')
  return first
}

const featuredIn = ({ query }: Example) => /\$id: ID! = "([^"]+)"/.exec(query)?.[1]

/** Some posts are there, so that the seed is at work; more are to come. */
const seedIsUnderWay = ({ url }: Running) =>
  expect
    .poll(async () => {
      const { body } = await ask(`${url}/graphql`, '{ publicFeed(first: 2) { edges { cursor } } }')
      return body.data?.publicFeed.edges.length
    })
    .toBe(2)

/** A sentence for whoever started it; the stack would be for us. */
function expectRefusal({ code, stderr }: Ended, ...said: string[]): void {
  for (const words of said) expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/^ +at /m)
  expect(code).toBe(1)
}

describe('a first start', () => {
  it('may be killed in the middle of its seed: no process is left, and the next one takes it up', async () => {
    await using killed = await launch()
    await seedIsUnderWay(killed)
    const tree = killed.planet.tree()
    expect(tree.commands.join('\n')).toContain('postgres')
    killed.planet.signal('SIGKILL')
    expect(await tree.toEnd()).toEqual([])
    expect((await killed.planet.ended).stdout).not.toContain('is ready')
  })

  it('may be stopped in the middle of its seed, and the next one takes it up', async () => {
    await using stopped = await launch()
    await stopped.planet.says(/Sandbox/)
    const tree = stopped.planet.tree()
    stopped.planet.signal('SIGINT')
    expect(await stopped.planet.ended).toMatchObject({ code: 0, stdout: expect.not.stringContaining('is ready') })
    expect(await tree.toEnd()).toEqual([])

    await using next = await start()
    expect(await firstExample(next.url)).toMatchObject({ as: { name: 'nora' } })
  })
})

describe('a started platform', () => {
  let running: Running
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running?.[Symbol.asyncDispose]())

  it('says where everything is, and it is there', async () => {
    const { planet, url } = running
    for (const place of ['/graphiql', '/graphql', '/healthz', '/readyz']) await planet.says(new RegExp(`${url}${place}\\b`))
    await planet.says(new RegExp(`${url.replace('http', 'ws')}/graphql\\b`))
    const [, metricsUrl = ''] = await planet.says(/Metrics +(http\S+)/)
    expect((await get(metricsUrl)).status).toBe(200)
    for (const place of ['/healthz', '/readyz']) expect((await get(`${url}${place}`)).status).toBe(200)
    expect((await get(`${url}/`)).headers.get('location')).toBe('/graphiql')
    // It is built in the background, once.
    await expect.poll(async () => (await get(`${url}/graphiql`)).status).toBe(200)
    expect(await (await get(`${url}/graphiql`)).text()).toContain('<title>')
  })

  it('shows a post with its outcome and its linked trades as the first example, which works as it is given', async () => {
    const example = await firstExample(running.url)
    expect(example.as.name).toBe('nora')
    const { body } = await ask(`${running.url}/graphql`, example.query, { token: example.as.token })
    expect(body.errors).toBeUndefined()
    const { post } = body.data
    expect(post).toMatchObject({ id: featuredIn(example), kind: 'SIGNAL', signal: { outcome: { state: 'SETTLED' } } })
    expect(post.author.handle).toEqual(expect.any(String))
    expect(post.linkedTrades.totalCount).toBeGreaterThan(0)
    expect(post.linkedTrades.edges).toContainEqual(expect.objectContaining({ eligible: true, creditShapley: expect.any(String) }))
    expect(post.liveSessions.edges[0].node.consensus.probabilityUp).toEqual(expect.any(Number))
  })

  it('shows the last signals as an example of a stream, and goes on from any of them', async () => {
    const feed = '{ publicFeed(first: 100, filter: { kinds: [SIGNAL] }) { edges { node { title } } } }'
    const published = (await ask(`${running.url}/graphql`, feed)).body.data.publicFeed.edges.length
    const count = Math.min(published, 10)
    expect(count).toBeGreaterThan(1)
    const query = (await examplesOf(running.url)).find(({ name }) => name === 'Signals as they come')?.query ?? ''
    const client = createClient({ url: `${running.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
    const take = async (wanted: number, variables: Record<string, unknown>) => {
      const cursors: string[] = []
      for await (const { data, errors } of client.iterate<{ signalPublished: { cursor: string } }>({ query, variables })) {
        if (!data) throw new Error(JSON.stringify(errors))
        if (cursors.push(data.signalPublished.cursor) === wanted) break
      }
      return cursors
    }
    const signals = await take(count, {})
    expect(await take(count - 1, { after: signals[0] })).toEqual(signals.slice(1))
    await client.dispose()
  })

  it('keeps a live session open', async () => {
    const open = '{ liveSessions(first: 1, status: LIVE) { edges { node { voterCount } } } }'
    const voters = async () => (await ask(`${running.url}/graphql`, open)).body.data?.liveSessions.edges[0]?.node.voterCount
    await expect.poll(voters).toBeGreaterThan(0)
  })

  it('knows the tokens that another process makes', async () => {
    const { code, stdout } = await planet(['token', '--as', 'nora'], { PLANET_HOME: home })
    expect(code).toBe(0)
    const { body } = await ask(`${running.url}/graphql`, '{ viewer { roles user { handle } } }', { token: stdout.trim() })
    expect(body).toEqual({ data: { viewer: { roles: ['USER', 'ANALYST'], user: { handle: 'nora' } } } })
  })

  it('takes candles from another process, row by row: a broken one is refused with its line', async () => {
    const csv = join(folder, 'hours.csv')
    writeFileSync(
      csv,
      `open_time,open,high,low,close,volume
2016-08-01T00:00:00Z,600,610,590,605,1
2016-08-01T01:00:00Z,605,600,590,601,1
2016-08-01T02:00:00Z,601,602,600,602,1
`,
    )
    const args = ['import', 'candles', '--csv', csv, '--instrument', 'BTC-USD', '--interval', '1h']
    const { code, stdout, stderr } = await planet(args, { PLANET_HOME: home })
    expect(stderr).toMatch(new RegExp(`^${csv}:3: .*high`, 'm'))
    expect(stdout).toContain('2 candles new')
    expect(code).toBe(1)
    const query =
      '{ instruments(first: 10) { edges { node { symbol candles(interval: HOUR_1, first: 5) { edges { node { close } } } } } } }'
    const { body } = await ask(`${running.url}/graphql`, query)
    const nodes = body.data.instruments.edges.map((edge: { node: { symbol: string } }) => edge.node)
    expect(nodes).toContainEqual({
      symbol: 'BTC-USD',
      candles: { edges: [{ node: { close: '602' } }, { node: { close: '605' } }] },
    })
  })

  it('has its folder and its port to itself, and another start says which variable to set', async () => {
    await using database = await createTestDatabase().then(({ url, drop }) => ({ url, [Symbol.asyncDispose]: drop }))
    const { port } = new URL(running.url)
    const [sameHome, samePort] = await Promise.all([
      launch().then((second) => second.planet.ended),
      launch({ PLANET_HOME: join(folder, 'other'), DATABASE_URL: database.url, PORT: port }).then(
        (second) => second.planet.ended,
      ),
    ])
    expectRefusal(sameHome, 'set PLANET_HOME', String(running.planet.pid))
    expectRefusal(samePort, `Set PORT`, `Port ${port}`)
    expect((await get(`${running.url}/readyz`)).status).toBe(200)
  })
})

describe('the end of a platform', () => {
  it('comes with Ctrl-C, with the death of its launcher and with SIGKILL; no process is left, and the next start shows the same post', async () => {
    const featured = new Set<string | undefined>()
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      for (const through of ['the launcher', undefined] as const) {
        await using running = await start(through)
        featured.add(featuredIn(await firstExample(running.url)))
        const tree = running.planet.tree()
        expect(tree.commands.join('\n')).toContain('postgres')
        running.planet.signal(signal)
        const { code, stderr } = await running.planet.ended
        expect({ code, stderr }).toEqual({ code: signal === 'SIGINT' ? 0 : null, stderr: '' })
        expect(await tree.toEnd()).toEqual([])
      }
    }
    expect([...featured]).toEqual([expect.any(String)])
  })
})

describe('a folder of market data', () => {
  /** The rows of the bundled bitcoin, with the header. */
  const [header = '', ...rows] = [...(readBundledSeries().find(({ symbol }) => symbol === 'BTC-USD')?.csv ?? [])]
    .join('')
    .split('\n')
  const cells = (row: string) => row.split(',')
  const write = (name: string, files: Readonly<Record<string, string>>) => {
    const path = join(folder, name)
    mkdirSync(path)
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
    return { PLANET_MARKET_DATA: path, PLANET_HOME: join(folder, `${name}-home`) }
  }

  it('in any shape that the import takes had no day in common', async () => {
    const reordered = [header, ...rows].map((row) => cells(row).reverse().join(','))
    const quoted = rows.map((row, i) => `"row, ""${i}""\n",${cells(row).map((cell) => `"${cell}"`)}`)
    await using running = await launch(
      write('shapes', {
        'index_btc_usd_1d.csv': [...reordered, '', ''].join('\r'),
        'INDEX_ETH_USD_1D.csv': `\uFEFF${[`Note,${header.toUpperCase()}`, ...quoted.reverse()].join('\r\n')}`,
      }),
    )
    await running.planet.says(/Ctrl-C stops everything/)
    const { body } = await ask(`${running.url}/graphql`, '{ instruments(first: 9) { edges { node { symbol venue } } } }')
    expect(body.data.instruments.edges.map((edge: { node: object }) => edge.node)).toEqual([
      { symbol: 'BTC-USD', venue: 'INDEX' },
      { symbol: 'ETH-USD', venue: 'INDEX' },
    ])
  })

  it('with a row that is no candle says which line of which file it is', async () => {
    const env = write('broken', { 'index_btc_usd_1d.csv': [header, ...rows.slice(0, 9), '2016-02-30,1,1,1,1,'].join('\n') })
    expectRefusal(await planet(['start'], env), `${join(env.PLANET_MARKET_DATA, 'index_btc_usd_1d.csv')}:11: open_time: `)
  })
})

describe('a folder that an older version has made', () => {
  it('is refused with what to do, and can be removed', async () => {
    const old = join(folder, 'old')
    const server = await startEmbeddedPostgres({ home: old, log: silentLog })
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    await sql`create schema event_log`
    await sql`create table event_log.migration (name text primary key, applied_at timestamptz not null default now())`
    await sql`insert into event_log.migration (name) values ('0001.sql'), ('0002.sql'), ('0003.sql')`
    await sql.end({ timeout: 5 })
    await server.stop()

    const settings = { PLANET_HOME: old, PORT: String(await freePort()) }
    await using refused = runPlanet(['start'], settings, 'the launcher')
    expectRefusal(await refused.ended, 'another version of the platform', 'remove the folder .planet (that of PLANET_HOME)')
    rmSync(old, { recursive: true })
    await using anew = runPlanet(['start'], settings, 'the launcher')
    await anew.says(/Gateway/)
  })
})

describe('a configuration', () => {
  const refusal = (env: Record<string, string>) => planet(['start'], { PLANET_HOME: join(folder, 'never'), ...env })

  it('that is broken is refused with every fault at once', async () => {
    const env = {
      PORT: '99999',
      PLANET_CLOCK: 'sundial',
      PLANET_CLOCK_SPEED: '-1',
      DATABASE_URL: 'mysql://x',
      PLANET_MODE: 'test',
    }
    expectRefusal(await refusal(env), ...Object.keys(env).map((name) => `- ${name}: `))
  })

  it('of production needs an identity provider', async () => {
    expectRefusal(await refusal({ PLANET_MODE: 'production' }), 'OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL')
  })
})
