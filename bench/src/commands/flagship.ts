import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { type LoadResult, runLoad } from '../load.ts'
import { flagship } from '../operations.ts'
import { freePort, median, pinSelf, type Started, start, untilReady } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'
import { startServer } from '../server.ts'

const CONNECTIONS = 16
const START_LIMIT_MS = 20_000
/** Of the requests per second of the server by hand. */
const TARGET = 0.6

type Side = { readonly name: string; readonly url: string; readonly process: Started; readonly ownCpuMs: () => number }
type Figures = LoadResult & { readonly cpuMs: number; readonly postgresMs: number }

/** The flagship query on the platform against a server that can answer nothing else, on the same Postgres and data. */
export async function measureFlagship(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  pinSelf(1)
  await using platform = await startServer()
  const operation = await flagship(platform.url, platform.home)
  const port = await freePort()
  await using byHand = start([process.execPath, fileURLToPath(new URL('../flagship/by-hand.ts', import.meta.url))], {
    core: 0,
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      PLANET_HOME: platform.home,
      DATABASE_URL: readFileSync(join(platform.home, 'database-url'), 'utf8'),
    },
  })
  const sides: readonly Side[] = [
    { name: 'Planet', url: `${platform.url}/graphql`, process: platform.process, ownCpuMs: platform.process.ownCpuMs },
    { name: 'by hand', url: `http://127.0.0.1:${port}/graphql`, process: byHand, ownCpuMs: byHand.ownCpuMs },
  ]
  // What the platform has started is its Postgres, which both use.
  const postgresCpuMs = () => platform.process.cpuMs() - platform.process.ownCpuMs()
  const askOnce = async ({ url }: Side) => {
    const headers = { 'content-type': 'application/json', authorization: operation.authorization }
    return (await fetch(url, { method: 'POST', headers, body: operation.body() })).json()
  }
  await untilReady('the server by hand', async () => (await askOnce(sides[1] as Side)) !== null, byHand, START_LIMIT_MS)
  const [ours, theirs] = await Promise.all(sides.map(askOnce))
  if (!isDeepStrictEqual(ours, theirs)) throw new Error('the platform and the server by hand answer differently')

  const results = new Map<Side, Figures[]>(sides.map((side) => [side, []]))
  for (let i = 0; i <= options.rounds; i++) {
    for (const side of sides) {
      const before = { own: side.ownCpuMs(), postgres: postgresCpuMs() }
      const result = await runLoad({
        url: side.url,
        connections: CONNECTIONS,
        seconds: options.seconds,
        from: 0,
        request: () => ({ body: operation.body(), authorization: operation.authorization }),
        isRight: (body) => body.includes('"linkedTrades"') && !body.includes('"errors"'),
      })
      const figures = {
        ...result,
        cpuMs: (side.ownCpuMs() - before.own) / result.requests,
        postgresMs: (postgresCpuMs() - before.postgres) / result.requests,
      }
      // The first round warms up.
      if (i > 0) results.get(side)?.push(figures)
      console.error(`${i} ${side.name}: ${(result.requests / result.seconds).toFixed(0)}/s, ${figures.cpuMs.toFixed(2)} ms CPU`)
    }
  }
  const of = (side: Side, pick: (figures: Figures) => number) => median((results.get(side) ?? []).map(pick))
  const perSecond = sides.map((side) => of(side, ({ requests, seconds }) => requests / seconds))
  const share = (perSecond[0] ?? 0) / (perSecond[1] ?? 1)
  writeSection('The flagship query on the platform', [
    `A post, its author, signal, outcome, ten linked trades, sessions and circle, by the platform in one process and by a server written for this one query, which sends one prepared statement that makes the JSON in Postgres. Equal answers; server on one core, Postgres and load on the other; medians of ${options.rounds} interleaved rounds of ${options.seconds} s, ${CONNECTIONS} connections.`,
    '',
    `**${(share * 100).toFixed(0)} %** of the requests per second of the server by hand (to reach: ${TARGET * 100} %).`,
    '',
    ...table(
      ['server', 'requests/s', 'CPU ms/request', 'CPU ms/request of Postgres', 'p50 ms', 'p99 ms'],
      sides.map((side, i) => [
        side.name,
        round(perSecond[i] ?? 0),
        round(of(side, ({ cpuMs }) => cpuMs)),
        round(of(side, ({ postgresMs }) => postgresMs)),
        round(of(side, ({ p50 }) => p50)),
        round(of(side, ({ p99 }) => p99)),
      ]),
    ),
  ])
}
