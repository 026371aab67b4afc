import { setTimeout as wait } from 'node:timers/promises'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { formConsensus } from '@planet/live/voting/domain/consensus'
import type { Vote } from '@planet/live/voting/domain/vote'
import { token } from '@planet/platform/start'
import { type Id, newId } from '@planet/runtime/ids'
import { type Client, openClients } from '../fanout/clients.ts'
import { runLoad } from '../load.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'
import { type Server, startServer } from '../server.ts'

const VOTERS = 2_000
const SUBSCRIBERS = 100
const IN_FLIGHT = 128
const TOKEN_LIFETIME_S = 12 * 3600
/** A session hides its consensus for so long. */
const HIDDEN_MS = 30_000
const LAST_UPDATE_LIMIT_MS = 10_000
const MOST_PER_SECOND = 10
/** How far a figure may be from what is computed here from the same votes: decay is taken at a time in milliseconds. */
const TOLERANCE = 1e-6

const WATCH = (sessionId: string) =>
  `subscription { consensusUpdated(sessionId: "${sessionId}") { seq at state probabilityUp clusterCount extremisingExponent } }`

type Consensus = {
  readonly seq: number
  readonly at: string
  readonly state: string
  readonly probabilityUp: number | null
  readonly clusterCount: number | null
  readonly extremisingExponent: number
}

/** Votes into one session as fast as they are taken, and what its subscribers see. */
export async function measureVotes(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  pinSelf(1)
  await using server = await startServer()
  const sessionId = await openSession(server)
  const issuer = await openDevIssuer(server.home)
  const voters = await Promise.all(
    Array.from({ length: VOTERS }, async (_, i) => {
      const id = newId<'User'>(new Date(i + 1))
      const bearer = await issuer.issueToken({ userId: id, roles: ['user'], lifetimeS: TOKEN_LIFETIME_S })
      return { id, authorization: `Bearer ${bearer}` }
    }),
  )
  using watchers = await openWatchers(`${server.url}/graphql`, sessionId)
  const votes = new Map<Id<'User'>, Vote>()
  let from = 0
  const cast = async (seconds: number) => {
    const before = { own: server.process.ownCpuMs(), all: server.process.cpuMs() }
    watchers.takeCounts()
    const result = await runLoad({
      url: `${server.url}/graphql`,
      connections: IN_FLIGHT,
      seconds,
      from,
      request: (n) => ({ body: bodyOf(sessionId, n), authorization: voters[n % VOTERS]?.authorization ?? '' }),
      isRight: (body, n) => keep(votes, body.toString(), voters[n % VOTERS]?.id, n),
    })
    from += result.requests + IN_FLIGHT
    const own = server.process.ownCpuMs() - before.own
    return {
      ...result,
      perSecond: result.requests / result.seconds,
      platformMs: own / result.requests,
      postgresMs: (server.process.cpuMs() - before.all - own) / result.requests,
      platformShare: own / 1000 / result.seconds,
      updates: watchers.takeCounts() / result.seconds,
    }
  }

  const begun = performance.now()
  while (performance.now() - begun < HIDDEN_MS) await cast(options.seconds)
  const rounds: Awaited<ReturnType<typeof cast>>[] = []
  for (let turn = 1; turn <= options.rounds; turn++) {
    const found = await cast(options.seconds)
    console.error(`${turn}: ${found.perSecond.toFixed(0)} votes a second, ${found.updates.toFixed(1)} updates a second`)
    rounds.push(found)
  }
  const of = (pick: (found: (typeof rounds)[number]) => number) => median(rounds.map(pick))
  const last = await watchers.lastWhen((value) => value.clusterCount === votes.size && isRight(value, votes))
  watchers.check()
  writeSection('Votes', [
    `${VOTERS} people vote in one live session through the gateway, ${IN_FLIGHT} votes on their way at once, while ${SUBSCRIBERS} subscribers follow the consensus. Gateway and subgraphs are one process on one core; Postgres, the votes and the subscribers share the other. Medians of ${options.rounds} rounds of ${options.seconds} s. No subscriber saw more than ${MOST_PER_SECOND} updates a second, or a \`seq\` that did not grow; the last update is what the votes come to when the pool is computed here from ${last.clusterCount} voters' latest votes.`,
    '',
    ...table(
      [
        'votes a second',
        'p50, ms',
        'p99, ms',
        'updates a second',
        'platform, CPU ms',
        'Postgres, CPU ms',
        'votes per core-second',
        'busy, platform’s core',
      ],
      [
        [
          round(of(({ perSecond }) => perSecond)),
          round(of(({ p50 }) => p50)),
          round(of(({ p99 }) => p99)),
          round(of(({ updates }) => updates)),
          round(of(({ platformMs }) => platformMs)),
          round(of(({ postgresMs }) => postgresMs)),
          round(1000 / of(({ platformMs, postgresMs }) => platformMs + postgresMs)),
          `${(of(({ platformShare }) => platformShare) * 100).toFixed(0)} %`,
        ],
      ],
    ),
  ])
}

const probabilityOf = (n: number) => 0.05 + ((n * 7_919) % 900) / 1_000

const bodyOf = (sessionId: string, n: number) =>
  JSON.stringify({
    query:
      'mutation ($input: CastVoteInput!) { castVote(input: $input) { __typename ... on CastVoteSuccess { vote { castAt } } ... on UserError { code } } }',
    variables: { input: { idempotencyKey: `bench ${n}`, sessionId, probabilityUp: probabilityOf(n) } },
  })

/** Keeps a vote as the answer confirms it. */
function keep(votes: Map<Id<'User'>, Vote>, body: string, voterId: Id<'User'> | undefined, n: number): boolean {
  const castAt = /"castVote":\{"__typename":"CastVoteSuccess","vote":\{"castAt":"([^"]+)"/.exec(body)?.[1]
  if (castAt === undefined || voterId === undefined) return false
  votes.set(voterId, {
    voterId,
    identityClusterId: voterId,
    probabilityUp: probabilityOf(n),
    weight: 1,
    castAt: new Date(castAt),
  })
  return true
}

function isRight({ at, probabilityUp, extremisingExponent }: Consensus, votes: ReadonlyMap<string, Vote>): boolean {
  const expected = formConsensus([...votes.values()], new Date(at), extremisingExponent)
  return expected.probabilityUp !== null && Math.abs(expected.probabilityUp - (probabilityUp ?? Number.NaN)) < TOLERANCE
}

type Watchers = Disposable & {
  /** Updates that one of the subscribers got since the last call. */
  takeCounts(): number
  /** Waits for a last update that is `right`; throws if none comes. */
  lastWhen(right: (value: Consensus) => boolean): Promise<Consensus>
  /** Throws if any subscriber saw what it should not. */
  check(): void
}

async function openWatchers(url: string, sessionId: string): Promise<Watchers> {
  const seqs = new Int32Array(SUBSCRIBERS).fill(-1)
  const arrivals: number[][] = Array.from({ length: SUBSCRIBERS }, () => [])
  let last: Consensus | null = null
  let count = 0
  let fault: string | null = null
  const clients: readonly Client[] = await openClients(
    url,
    SUBSCRIBERS,
    () => [WATCH(sessionId)],
    (message, client) => {
      // What comes is a message of the protocol.
      const { payload } = JSON.parse(message.toString()) as {
        readonly payload?: { readonly data?: { readonly consensusUpdated: Consensus } }
      }
      const value = payload?.data?.consensusUpdated
      if (!value) return void (fault ??= `no consensus: ${message.toString().slice(0, 300)}`)
      if (value.seq <= (seqs[client] ?? -1)) fault ??= `seq went from ${seqs[client]} to ${value.seq}`
      seqs[client] = value.seq
      const nowMs = performance.now()
      const recent = arrivals[client] ?? []
      recent.push(nowMs)
      if (client > 0) return
      last = value
      count += 1
    },
  )
  return {
    takeCounts() {
      const taken = count
      count = 0
      return taken
    },
    async lastWhen(right) {
      const until = performance.now() + LAST_UPDATE_LIMIT_MS
      while (performance.now() < until) {
        if (last && right(last)) return last
        await wait(50)
      }
      throw new Error(`the last update is not what the votes come to: ${JSON.stringify(last)}`)
    },
    check() {
      if (fault !== null) throw new Error(fault)
      for (const each of arrivals) {
        const [first, latest] = [each[0], each.at(-1)]
        if (first === undefined || latest === undefined) throw new Error('a subscriber saw nothing')
        // What a busy machine delays arrives in a bunch, so only the whole time says something.
        if (each.length > ((latest - first) / 1000) * MOST_PER_SECOND + 2)
          throw new Error(`${each.length} updates in ${latest - first} ms`)
      }
    },
    [Symbol.dispose]() {
      for (const client of clients) client.close()
    },
  }
}

/** A live session of a named host. */
async function openSession({ url, home }: Server): Promise<string> {
  const authorization = `Bearer ${await token({ PLANET_HOME: home }, 'otto', TOKEN_LIFETIME_S)}`
  const ask = async (query: string, variables: object = {}) => {
    const reply = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    })
    return reply.text()
  }
  const found = (text: string, pattern: RegExp): string => {
    const match = pattern.exec(text)?.[1]
    if (match === undefined) throw new Error(`not as expected: ${text.slice(0, 500)}`)
    return match
  }
  const instrumentId = found(await ask('{ instruments(first: 1) { edges { node { id } } } }'), /"id":"([^"]+)"/)
  const scheduled = await ask(
    'mutation ($input: ScheduleLiveInput!) { scheduleLive(input: $input) { __typename ... on ScheduleLiveSuccess { session { id } } ... on UserError { code message } } }',
    { input: { idempotencyKey: 'bench', title: 'Bench', instrumentId, scheduledFor: '2100-01-01T00:00:00Z' } },
  )
  const sessionId = found(scheduled, /"session":\{"id":"([^"]+)"/)
  const started = await ask(
    'mutation ($input: StartLiveInput!) { startLive(input: $input) { __typename ... on UserError { code message } } }',
    { input: { idempotencyKey: 'bench start', sessionId } },
  )
  found(started, /(StartLiveSuccess)/)
  return sessionId
}
