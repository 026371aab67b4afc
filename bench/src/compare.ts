import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { newId } from '@planet/runtime/ids'
import { GATEWAYS, type GatewayKind, prepareSite, type RunningGateway, type Site, startGateway } from './gateways/gateways.ts'
import { answer } from './graph/answer.ts'
import type { Question } from './graph/questions.ts'
import { type Subgraphs, startSubgraphs } from './graph/subgraphs.ts'
import { type Load, runLoad } from './load.ts'
import { median } from './processes.ts'

/** People who take turns on one connection: nobody ever has two requests in flight. */
const PEOPLE_PER_CONNECTION = 4
const MAX_CONNECTIONS = 50
const TOKEN_LIFETIME_S = 24 * 3600
/** Answers checked one by one before a gateway is measured: several, because some compile only later ones. */
const CHECKED = 5

export type Figures = {
  readonly requestsPerSecond: number
  /** Of the gateway's processes, per request. */
  readonly cpuMs: number
  readonly p50: number
  readonly p99: number
  readonly rssMb: number
  /** Requests to subgraphs, per request. */
  readonly fetches: number
  /** How busy the core of load and subgraphs was, 0 to 1: near 1, it and not the gateway limits requests per second. */
  readonly loadShare: number
}

/** Medians of rounds, and the rounds in the order in which they were measured. */
export type Medians = Figures & { readonly rounds: readonly Figures[] }

/** The figures of a gateway at a question, or what was wrong with its answer. */
export type Measured = Medians | { readonly fault: string }

export type Comparison = {
  readonly kinds: readonly GatewayKind[]
  readonly of: (kind: GatewayKind, question: Question) => Measured
}

/** Where generated subgraphs are served and people have tokens. */
export type Ground = AsyncDisposable & {
  readonly site: Site
  readonly subgraphs: Subgraphs
  /** The authorization of the `n`th request, on the connection of that number; empty for none. */
  readonly authorization: (n: number, connection: number) => string
}

/** Serves the generated subgraphs. With `deduplicate`, everybody is anonymous and gateways may share work in flight. */
export async function openGround(deduplicate = false): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-bench-'))
  const subgraphs = await startSubgraphs()
  const site: Site = { folder, urlOf: subgraphs.urlOf, deduplicate }
  prepareSite(site)
  const issuer = await openDevIssuer(folder)
  const headers = await Promise.all(
    Array.from({ length: deduplicate ? 0 : PEOPLE_PER_CONNECTION * MAX_CONNECTIONS }, async (_, i) => {
      const userId = newId<'User'>(new Date(i))
      return `Bearer ${await issuer.issueToken({ userId, roles: ['user'], lifetimeS: TOKEN_LIFETIME_S })}`
    }),
  )
  return {
    site,
    subgraphs,
    authorization: (n, connection) => headers[(n % PEOPLE_PER_CONNECTION) * MAX_CONNECTIONS + connection] ?? '',
    async [Symbol.asyncDispose]() {
      await subgraphs[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Numbers requests of a process, so that an operation that is to be new is new in every round and for every gateway. */
let nextRequest = 0

/** One measurement of `seconds`, under full load or under `perSecond` requests. Throws for a wrong answer. */
export async function measureOnce(
  ground: Ground,
  gateway: RunningGateway,
  question: Question,
  seconds: number,
  perSecond?: number,
): Promise<Figures> {
  const { subgraphs } = ground
  const load = await prepareLoad(ground, gateway, question)
  subgraphs.delay(question.delayMs)
  subgraphs.takeCount()
  const before = { gateway: gateway.process.cpuMs(), load: process.cpuUsage() }
  const result = await runLoad({ ...load, seconds, ...(perSecond === undefined ? {} : { perSecond }) })
  nextRequest += result.requests + 1_000
  const ownCpu = process.cpuUsage(before.load)
  subgraphs.delay(0)
  return {
    requestsPerSecond: result.requests / result.seconds,
    cpuMs: (gateway.process.cpuMs() - before.gateway) / result.requests,
    p50: result.p50,
    p99: result.p99,
    rssMb: gateway.process.rssBytes() / 1024 / 1024,
    fetches: subgraphs.takeCount() / result.requests,
    loadShare: (ownCpu.user + ownCpu.system) / 1e6 / result.seconds,
  }
}

async function prepareLoad(ground: Ground, gateway: RunningGateway, question: Question): Promise<Omit<Load, 'seconds'>> {
  const from = nextRequest
  const isNew = question.query(0) !== question.query(1)
  const fixed = JSON.stringify({ query: question.query(0) })
  const expected = Buffer.from(JSON.stringify(answer(ground.subgraphs.data, '', { query: question.query(from) })))
  const right = isNew ? null : await sampleAnswer(gateway, ground, fixed)
  return {
    url: gateway.url,
    connections: question.connections,
    from,
    request: (n, connection) => ({
      body: isNew ? JSON.stringify({ query: question.query(n) }) : fixed,
      authorization: ground.authorization(n, connection),
    }),
    isRight: (body, n) => (right ? body.equals(right) || isSame(body, expected) : isAlike(body, expected, from, n)),
  }
}

const isSame = (body: Buffer, expected: Buffer) => isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(expected.toString()))

/** As `isSame`, for an answer in which only the request's number differs. */
const isAlike = (body: Buffer, expected: Buffer, from: number, n: number) =>
  body.toString().replaceAll(`"x${n}"`, `"x${from}"`) === expected.toString() ||
  isDeepStrictEqual(JSON.parse(body.toString().replaceAll(`"x${n}"`, `"x${from}"`)), JSON.parse(expected.toString()))

async function sampleAnswer(gateway: RunningGateway, ground: Ground, body: string): Promise<Buffer> {
  const authorization = ground.authorization(0, 0)
  const headers = { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) }
  const reply = await fetch(gateway.url, { method: 'POST', headers, body })
  return Buffer.from(await reply.arrayBuffer())
}

/** Null if the answers equal what the data say; else what is wrong. */
export async function findFault(ground: Ground, gateway: RunningGateway, question: Question): Promise<string | null> {
  if (gateway.kind.answers?.(question.query(0)) === false) return 'not written'
  for (let i = 0; i < CHECKED; i++) {
    const query = question.query(nextRequest++)
    const text = (await sampleAnswer(gateway, ground, JSON.stringify({ query }))).toString()
    const expected: unknown = JSON.parse(JSON.stringify(answer(ground.subgraphs.data, '', { query })))
    try {
      if (!isDeepStrictEqual(JSON.parse(text), expected)) return text.includes('"errors"') ? 'answers an error' : 'wrong answer'
    } catch {
      return 'no JSON'
    }
  }
  return null
}

/**
 * Starts every gateway, checks its answers, and measures all of them in turn, question by question and round by round, so
 * that what else the machine does hits all alike.
 */
export async function compare(options: {
  readonly kinds: readonly GatewayKind[]
  readonly questions: readonly Question[]
  readonly rounds: number
  readonly seconds: number
  readonly deduplicate?: boolean
}): Promise<Comparison> {
  await using ground = await openGround(options.deduplicate ?? false)
  const gateways: RunningGateway[] = []
  const faults = new Map<string, string>()
  const figures = new Map<string, Figures[]>()
  const keyOf = (kind: GatewayKind, question: Question) => `${kind.name}: ${question.name}`
  try {
    for (const kind of options.kinds) gateways.push(await startGateway(kind, ground.site))
    for (const gateway of gateways) {
      for (const question of options.questions) {
        const fault = await findFault(ground, gateway, question)
        if (fault) faults.set(keyOf(gateway.kind, question), fault)
      }
    }
    for (let round = 0; round <= options.rounds; round++) {
      for (const question of options.questions) {
        for (const gateway of gateways) {
          const key = keyOf(gateway.kind, question)
          if (faults.has(key)) continue
          try {
            const measured = await measureOnce(ground, gateway, question, options.seconds)
            // The first round warms up.
            if (round > 0) figures.set(key, [...(figures.get(key) ?? []), measured])
            const { requestsPerSecond, cpuMs, loadShare } = measured
            console.error(
              `${round} ${key}: ${requestsPerSecond.toFixed(0)}/s, ${cpuMs.toFixed(3)} ms CPU, load ${(loadShare * 100).toFixed(0)} %`,
            )
          } catch (error) {
            faults.set(key, error instanceof Error ? error.message.slice(0, 80) : 'failed')
            console.error(`${key}: ${faults.get(key)}`)
          }
        }
      }
    }
  } finally {
    await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()))
  }
  return {
    kinds: options.kinds,
    of(kind, question) {
      const fault = faults.get(keyOf(kind, question))
      const rounds = figures.get(keyOf(kind, question))
      return fault || !rounds ? { fault: fault ?? 'not measured' } : medianOf(rounds)
    },
  }
}

function medianOf(rounds: readonly Figures[]): Medians {
  const of = (pick: (figures: Figures) => number) => median(rounds.map(pick))
  return {
    requestsPerSecond: of((each) => each.requestsPerSecond),
    cpuMs: of((each) => each.cpuMs),
    p50: of((each) => each.p50),
    p99: of((each) => each.p99),
    rssMb: Math.max(...rounds.map(({ rssMb }) => rssMb)),
    fetches: of((each) => each.fetches),
    loadShare: of((each) => each.loadShare),
    rounds,
  }
}

/** The gateways of these names, all if none is named. */
export function gatewaysNamed(names: string | undefined): readonly GatewayKind[] {
  if (names === undefined) return GATEWAYS
  const wanted = names.split(',').map((name) => name.trim().toLowerCase())
  return GATEWAYS.filter(({ name }) => wanted.some((each) => name.toLowerCase().includes(each)))
}
