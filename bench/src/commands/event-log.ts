import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { migrateAll } from '@planet/platform/platform'
import { startEmbeddedPostgres } from '@planet/runtime/embedded-postgres'
import { silentLog } from '@planet/runtime/log'
import postgres from 'postgres'
import { type Read, writeFacts } from '../event-log/facts.ts'
import type { Slice, Written } from '../event-log/writers.ts'
import { cpuMsBelow, median, PLANET_NODE, pinSelf, type Started, start } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const READER = fileURLToPath(new URL('../event-log/reader.ts', import.meta.url))
const WRITERS = fileURLToPath(new URL('../event-log/writers.ts', import.meta.url))
const LOOK_EVERY_MS = 500
const MB = 1024 * 1024
/** Slices that are thrown away, in which plans are made and files grow. */
const WARM_UP = 2

type Options = {
  readonly rounds: number
  readonly seconds: number
  readonly facts: number
  /** The folder of another tree of this repository; null: only this one. */
  readonly against: string | null
}

/** A new consumer on a log of `facts`, and what writers get through it; the latter against another tree. */
export async function measureEventLog(options: Options): Promise<void> {
  pinSelf(1)
  const home = mkdtempSync(join(tmpdir(), 'planet-bench-'))
  const server = await startEmbeddedPostgres({ home, log: silentLog })
  try {
    const databaseOf = async (name: string) => {
      const sql = postgres(server.url, { max: 1, onnotice: () => {} })
      await sql`create database ${sql(name)}`
      await sql.end({ timeout: 5 })
      const url = new URL(server.url)
      url.pathname = name
      return url.href
    }
    const postgresMs = () => cpuMsBelow(server.pid)
    if (options.against !== null) await measureWriters(options, options.against, databaseOf, postgresMs)
    if (options.facts > 0) await measureReaders(options.facts, await databaseOf('reader'), postgresMs)
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Node as `npm start` runs it, and with a young heap as Node has it by itself on small machines. */
const HEAPS: Readonly<Record<string, readonly string[]>> = {
  'as `npm start` runs it': PLANET_NODE,
  'with a young heap of 16 MB': [process.execPath, '--max-semi-space-size=16'],
}

async function measureReaders(facts: number, url: string, postgresMs: () => number): Promise<void> {
  await migrateAll(url)
  await writeFacts(url, facts)
  const rows: string[][] = []
  for (const [name, node] of Object.entries(HEAPS)) {
    rows.push([name, ...(await measureReader(facts, node, [url, name], postgresMs))])
    console.error(rows.at(-1)?.join(' | '))
  }
  writeSection('A new consumer and all facts', [
    `${facts.toLocaleString('en')} facts, of all types that incentives reads, whose payloads are decoded; its handlers do nothing. The consumer's process on one core, Postgres on the other. To reach: 20,000 facts/s and 300 MB.`,
    '',
    ...table(
      [
        'process',
        'facts/s',
        'consumer, CPU µs/fact',
        'Postgres, CPU µs/fact',
        'RSS MB before',
        'RSS MB after each fifth',
        'highest',
      ],
      rows,
    ),
  ])
}

async function measureReader(
  facts: number,
  node: readonly string[],
  args: readonly string[],
  postgresMs: () => number,
): Promise<readonly string[]> {
  await using reader = startScript(node, READER, args)
  const ask = async (): Promise<Read> => {
    reader.child.send('how far?')
    // It sends nothing but answers.
    const [read] = (await once(reader.child, 'message')) as [Read]
    return read
  }
  const look = async () => ({
    ...(await ask()),
    rss: reader.rssBytes() / MB,
    atMs: performance.now(),
    ownMs: reader.ownCpuMs(),
    postgresMs: postgresMs(),
  })
  const first = await look()
  let last = first
  let highest = 0
  const fifths: number[] = []
  while (last.handled < facts) {
    if (reader.hasEnded()) throw new Error('the reader ended')
    await wait(LOOK_EVERY_MS)
    last = await look()
    highest = Math.max(highest, last.rss)
    if (last.handled >= ((fifths.length + 1) * facts) / 5) fifths.push(last.rss)
  }
  if (last.handled !== facts) throw new Error(`${last.handled} of ${facts} facts were handled`)
  const handled = last.handled - first.handled
  return [
    round(handled / ((last.atMs - first.atMs) / 1000)),
    round((1000 * (last.ownMs - first.ownMs)) / handled),
    round((1000 * (last.postgresMs - first.postgresMs)) / handled),
    first.rss.toFixed(0),
    fifths.map((rss) => rss.toFixed(0)).join(', '),
    highest.toFixed(0),
  ]
}

type Figures = { readonly perSecond: number; readonly ownUs: number; readonly postgresUs: number }

async function measureWriters(
  { rounds, seconds }: Options,
  against: string,
  databaseOf: (name: string) => Promise<string>,
  postgresMs: () => number,
): Promise<void> {
  await using now = await startWriters(ROOT, await databaseOf('now'))
  await using other = await startWriters(against, await databaseOf('other'))
  const measure = async (writers: Started): Promise<Figures> => {
    const before = { own: writers.ownCpuMs(), postgres: postgresMs() }
    writers.child.send({ seconds } satisfies Slice)
    // It sends what it has written, and nothing else.
    const [written] = (await once(writers.child, 'message')) as [Written]
    return {
      perSecond: written.events / written.seconds,
      ownUs: (1000 * (writers.ownCpuMs() - before.own)) / written.events,
      postgresUs: (1000 * (postgresMs() - before.postgres)) / written.events,
    }
  }
  const pairs: { readonly now: Figures; readonly other: Figures }[] = []
  for (let round = -WARM_UP; round < rounds; round++) {
    // In turns, so that what else the machine does hits each alike.
    const early = round % 2 === 0 ? await measure(other) : null
    const pair = { now: await measure(now), other: early ?? (await measure(other)) }
    if (round >= 0) pairs.push(pair)
    console.error(`${round}: ${pair.now.perSecond.toFixed(0)} / ${pair.other.perSecond.toFixed(0)} events/s`)
  }
  const ratioOf = (pick: (figures: Figures) => number) => median(pairs.map(({ now, other }) => pick(now) / pick(other)))
  const rowOf = (name: string, of: (pair: (typeof pairs)[number]) => Figures) => [
    name,
    ...(['perSecond', 'ownUs', 'postgresUs'] as const).map((key) => round(median(pairs.map((pair) => of(pair)[key])))),
  ]
  writeSection('Writers of events, against another tree', [
    `16 writers, each with a transaction per event, and one relay in their process, on one core, Postgres on the other, which syncs its files; medians of ${rounds} interleaved rounds of ${seconds} s, each until all is positioned.`,
    '',
    `**${ratioOf(({ perSecond }) => perSecond).toFixed(2)}** of the events per second of the other tree, by pairs of rounds (to reach: 0.95); per event ${ratioOf(({ ownUs, postgresUs }) => ownUs + postgresUs).toFixed(2)} of its CPU.`,
    '',
    ...table(
      ['tree', 'events/s', 'writers and relay, CPU µs/event', 'Postgres, CPU µs/event'],
      [rowOf('this', (pair) => pair.now), rowOf('the other', (pair) => pair.other)],
    ),
  ])
}

const startScript = (node: readonly string[], script: string, args: readonly string[]): Started =>
  start([...node, script, ...args], {
    core: 0,
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

async function startWriters(tree: string, url: string): Promise<Started> {
  const started = startScript(PLANET_NODE, WRITERS, [tree, url])
  await once(started.child, 'message')
  return started
}
