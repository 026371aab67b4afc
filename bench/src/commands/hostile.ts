import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HostileRequest, hostileRequests } from '@planet/gateway/test/testing/hostile-documents'
import { freePort, PLANET_NODE, type Started, start, untilReady } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

const START_LIMIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000
/** What one request may hold the loop for. */
const TARGET_MS = 50
const PLANET = fileURLToPath(new URL('../gateways/planet.ts', import.meta.url))
const SUPERGRAPH = fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url))

/** What the gateway's process says of its loop since it was last asked. */
export type Holds = { readonly longestMs: number; readonly longestCpuMs: number }

type Row = { readonly name: string; readonly bytes: number; readonly answer: string; readonly holds: Holds | null }

/**
 * Sends each hostile request to a gateway of the platform's own API, thrice, and looks for how long its loop was held. The
 * first is the gateway's first of its kind: nothing is compiled for it yet.
 */
export async function measureHostile(only: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-hostile-'))
  await using subgraphs = await startEmptySubgraph()
  const rows: Row[] = []
  let gateway = await startPlatformGateway(folder, subgraphs.url)
  try {
    for (const hostile of hostileRequests().filter(({ name }) => only === undefined || name.includes(only))) {
      const row = await send(gateway, hostile)
      rows.push(row)
      console.error(`${row.name}: ${row.answer}, ${row.holds ? round(row.holds.longestCpuMs) : '?'} ms`)
      if (row.holds) continue
      await gateway[Symbol.asyncDispose]()
      gateway = await startPlatformGateway(folder, subgraphs.url)
    }
  } finally {
    await gateway[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
  report(rows)
}

function report(rows: readonly Row[]): void {
  const cpuOf = ({ holds }: Row) => holds?.longestCpuMs ?? Number.POSITIVE_INFINITY
  const over = rows.filter((row) => cpuOf(row) > TARGET_MS)
  writeSection('Hostile requests', [
    `One gateway with the platform's API; each request three times, one after the other. The longest time for which the gateway's loop was held: by the clock, and of that the CPU time of its main thread, which does not count what else the machine does. To reach: at most ${TARGET_MS} ms. ${over.length === 0 ? 'All of them do.' : `Over it: ${over.map(({ name }) => name).join('; ')}.`}`,
    '',
    ...table(
      ['request', 'bytes', 'answer', 'ms by the clock', 'ms of CPU'],
      rows.map(({ name, bytes, answer, holds }) => [
        name,
        bytes.toLocaleString('en'),
        answer,
        holds ? round(holds.longestMs) : `over ${ANSWER_LIMIT_MS}`,
        holds ? round(holds.longestCpuMs) : '',
      ]),
    ),
  ])
}

type PlatformGateway = AsyncDisposable & { readonly url: string; readonly process: Started }

async function startPlatformGateway(folder: string, subgraph: string): Promise<PlatformGateway> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/graphql`
  const names = ['posts', 'creators', 'circles', 'live', 'incentives', 'trading', 'insights']
  const started = start([...PLANET_NODE, PLANET], {
    core: 'any',
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      SUPERGRAPH,
      SUBGRAPHS: JSON.stringify(Object.fromEntries(names.map((name) => [name, { url: subgraph }]))),
      ISSUER_HOME: folder,
      MEASURE_HOLDS: '1',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // Also waits for the planner, whose thread would take part of the first request's time.
  const isReady = async () =>
    (await post(url, '{"query":"{ publicFeed(first: 1) { edges { cursor } } }"}')).includes('Nothing is here.')
  await untilReady('the gateway', isReady, started, START_LIMIT_MS)
  return { url, process: started, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() }
}

const post = async (url: string, body: string, signal = AbortSignal.timeout(ANSWER_LIMIT_MS)) =>
  (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal })).text()

async function send({ url, process }: PlatformGateway, { name, body }: HostileRequest): Promise<Row> {
  const bytes = Buffer.byteLength(body)
  try {
    await holdsOf(process)
    let text = ''
    for (let i = 0; i < 3; i++) text = await post(url, body)
    return { name, bytes, answer: answerIn(text), holds: await holdsOf(process) }
  } catch (error) {
    return { name, bytes, answer: error instanceof Error ? error.name : 'none', holds: null }
  }
}

function answerIn(text: string): string {
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: { extensions?: { code?: string } }[] }
  const size = text.length > 10_000 ? ` (${text.length.toLocaleString('en')} characters)` : ''
  return `${errors?.[0]?.extensions?.code ?? (data === undefined ? 'nothing' : 'data')}${size}`
}

function holdsOf({ child }: Started): Promise<Holds> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the gateway says nothing')), ANSWER_LIMIT_MS)
    child.once('message', (holds) => {
      clearTimeout(late)
      // What `planet.ts` sends.
      resolve(holds as Holds)
    })
    child.send('holds')
  })
}

const NOTHING = '{"data":null,"errors":[{"message":"Nothing is here.","extensions":{"code":"UNAVAILABLE"}}]}'

/** Stands for every subgraph, and has nothing. */
function startEmptySubgraph(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(NOTHING))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/graphql`
      const close = () => {
        server.closeAllConnections()
        return new Promise<void>((closed) => server.close(() => closed()))
      }
      resolve({ url, [Symbol.asyncDispose]: close })
    })
  })
}
