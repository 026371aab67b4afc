import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openAudience } from '../fanout/audience.ts'
import { ALONE, JOINED, type Newsroom, openNewsroom, PAYLOAD_BYTES } from '../fanout/newsroom.ts'
import { type FanoutServer, PEER, startOurs, startStock } from '../fanout/servers.ts'
import { installPeers } from '../gateways/install.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

const SUBSCRIBERS = 1_000
const IDLE = 10_000
const STALLED = 100
/** Events on their way at once. */
const WINDOW = 4
const STORY_EVERY_MS = 50
/** After every so many stories comes a large event: enough in all to fill what a connection holds. */
const STORIES_PER_BULK = 4
const STALL_SECONDS = 16
const SETTLE_MS = 2_000
const MB = 1024 * 1024

const CASES = [
  ['one subgraph answers', ALONE],
  ['another subgraph’s field is joined', JOINED],
] as const

type Rate = { readonly perCoreSecond: number; readonly cpuShare: number; readonly requestsPerEvent: number }

/** Fan-out of subscriptions against stock graphql-ws, idle subscriptions, and clients that stop reading. */
export async function measureFanout(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { rounds, seconds } = options
  if (installPeers([PEER]).length > 0) throw new Error(`${PEER} could not be installed`)
  pinSelf(1)
  const folder = mkdtempSync(join(tmpdir(), 'planet-fanout-'))
  try {
    await using newsroom = await openNewsroom()
    const rates = await compareRates(newsroom, folder, rounds, seconds)
    const stalls = await compareStalls(newsroom, folder, rounds)
    const idle = await measureIdle(newsroom, folder)
    writeSection('Fan-out', [...rates, '', ...stalls, '', ...idle])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether our side of the bench works, for a moment. Throws for a wrong message. */
export async function tryFanout(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-fanout-'))
  try {
    await using newsroom = await openNewsroom()
    await using ours = await startOurs(newsroom, folder)
    for (const [name, query] of CASES) {
      using audience = await openAudience(newsroom, ours.url, query, STALLED)
      await audience.establish()
      await audience.publish()
      console.log(`${name}: ${audience.messages()} messages`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function compareRates(newsroom: Newsroom, folder: string, rounds: number, seconds: number): Promise<string[]> {
  await using ours = await startOurs(newsroom, folder)
  await using stock = await startStock(newsroom)
  const found = new Map<string, Rate[]>()
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [name, query] of CASES) {
      for (const server of [ours, stock]) {
        const rate = await measureRate(newsroom, server, query, seconds)
        console.error(`${turn} ${name}, ${server.name}: ${rate.perCoreSecond.toFixed(0)} messages per core-second`)
        const key = `${name} ${server.name}`
        // The first round warms up.
        if (turn > 0) found.set(key, [...(found.get(key) ?? []), rate])
      }
    }
  }
  const rows = CASES.map(([name]) => {
    const [one, other] = [ours, stock].map((server) => {
      const each = found.get(`${name} ${server.name}`) ?? []
      return {
        rate: median(each.map(({ perCoreSecond }) => perCoreSecond)),
        requests: median(each.map(({ requestsPerEvent }) => requestsPerEvent)),
      }
    })
    if (!one || !other) throw new Error('two servers were measured')
    return [
      name,
      round(one.rate),
      round(other.rate),
      `**${round(one.rate / other.rate)} ×**`,
      `${round(one.requests)} against ${round(other.requests)}`,
    ]
  })
  return [
    `${SUBSCRIBERS} subscribers with a socket each, payloads of ${PAYLOAD_BYTES} bytes, ${WINDOW} events on their way at once, every message checked. Messages per second of the server's CPU time, medians of ${rounds} interleaved rounds of ${seconds} s. The peer is ${stock.name}'s \`useServer\` over ws, with graphql-js behind it, as its documentation sets it up: one schema that is told what happens by its parent process, and asks the other service for the joined field once per subscriber and event, over 50 kept-alive connections of undici.`,
    '',
    ...table(['subscription', 'Planet', stock.name, 'ratio', 'requests per event'], rows),
  ]
}

async function measureRate(newsroom: Newsroom, server: FanoutServer, query: string, seconds: number): Promise<Rate> {
  server.use()
  using audience = await openAudience(newsroom, server.url, query, SUBSCRIBERS)
  await audience.establish()
  newsroom.takeRequests()
  const before = { cpuMs: server.process.cpuMs(), messages: audience.messages() }
  const began = performance.now()
  const until = began + seconds * 1000
  let events = 0
  const publishers = Array.from({ length: WINDOW }, async () => {
    while (performance.now() < until) {
      events += 1
      await audience.publish()
    }
  })
  await Promise.all(publishers)
  const tookMs = performance.now() - began
  const cpuMs = server.process.cpuMs() - before.cpuMs
  return {
    perCoreSecond: (audience.messages() - before.messages) / (cpuMs / 1000),
    cpuShare: cpuMs / tookMs,
    requestsPerEvent: newsroom.takeRequests() / events,
  }
}

async function compareStalls(newsroom: Newsroom, folder: string, rounds: number): Promise<string[]> {
  await using ours = await startOurs(newsroom, folder)
  ours.use()
  const found: Record<Crowd, Stall[]> = { plain: [], reading: [], stalled: [] }
  for (let turn = 0; turn <= rounds; turn++) {
    for (const kind of CROWDS) {
      const stall = await measureStall(newsroom, ours, kind)
      console.error(`${turn} ${kind}: p99 ${stall.p99.toFixed(1)} ms, at most ${stall.maxRssMb.toFixed(0)} MB`)
      if (turn > 0) found[kind].push(stall)
    }
  }
  const rows = CROWDS.map((kind) => [
    CROWD_NAMES[kind],
    round(median(found[kind].map(({ p50 }) => p50))),
    round(median(found[kind].map(({ p99 }) => p99))),
    round(Math.max(...found[kind].map(({ maxRssMb }) => maxRssMb))),
  ])
  const ratio = median(found.stalled.map(({ p99 }) => p99)) / median(found.plain.map(({ p99 }) => p99))
  return [
    `${STALLED} of ${SUBSCRIBERS} clients stop reading: a story every ${STORY_EVERY_MS} ms to all, and besides a large event of 96 KiB every ${STORY_EVERY_MS * STORIES_PER_BULK} ms to those ${STALLED}, which fills their connections until they are cut off. Milliseconds from publishing to arrival at the others over ${STALL_SECONDS} s, medians of ${rounds} interleaved rounds, and the most memory that the gateway had. With ${STALLED} that do not read the p99 is ${ratio.toFixed(2)} × that without them (to reach: at most 1.5).`,
    '',
    ...table(['clients', 'p50, ms', 'p99, ms', 'RSS, MB'], rows),
  ]
}

/** Nobody gets large events; some get them and read; some get them and do not. */
const CROWDS = ['plain', 'reading', 'stalled'] as const
type Crowd = (typeof CROWDS)[number]
const CROWD_NAMES: Readonly<Record<Crowd, string>> = {
  plain: 'all read, no large events',
  reading: `${STALLED} get large events, and read`,
  stalled: `${STALLED} get large events, and do not read`,
}

type Stall = { readonly p50: number; readonly p99: number; readonly maxRssMb: number }

async function measureStall(newsroom: Newsroom, server: FanoutServer, kind: Crowd): Promise<Stall> {
  using audience = await openAudience(newsroom, server.url, ALONE, SUBSCRIBERS, kind === 'plain' ? 0 : STALLED)
  await audience.establish()
  if (kind === 'stalled') audience.stall(STALLED)
  const latest: Promise<void>[] = []
  let maxRss = 0
  const until = performance.now() + STALL_SECONDS * 1000
  while (performance.now() < until) {
    latest.push(audience.publish())
    if (kind !== 'plain' && latest.length % STORIES_PER_BULK === 0) newsroom.publishBulk()
    maxRss = Math.max(maxRss, server.process.rssBytes())
    await wait(STORY_EVERY_MS)
  }
  await Promise.all(latest)
  const sorted = audience.takeLatencies().sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), maxRssMb: maxRss / MB }
}

async function measureIdle(newsroom: Newsroom, folder: string): Promise<string[]> {
  const rows: string[][] = []
  for (const begin of [() => startOurs(newsroom, folder), () => startStock(newsroom)]) {
    await using server = await begin()
    server.use()
    await warmUp(newsroom, server)
    await wait(SETTLE_MS)
    const before = server.process.rssBytes()
    using audience = await openAudience(newsroom, server.url, ALONE, IDLE)
    await audience.establish()
    await wait(SETTLE_MS)
    const held = server.process.rssBytes() - before
    rows.push([server.name, round(before / MB), round((before + held) / MB), round(held / IDLE / 1024)])
  }
  return [
    `${IDLE} idle subscriptions, a socket each; afterwards one event reaches every one of them.`,
    '',
    ...table(['server', 'RSS before, MB', 'RSS with them, MB', 'KiB each'], rows),
  ]
}

async function warmUp(newsroom: Newsroom, server: FanoutServer): Promise<void> {
  using audience = await openAudience(newsroom, server.url, ALONE, STALLED)
  await audience.establish()
}
