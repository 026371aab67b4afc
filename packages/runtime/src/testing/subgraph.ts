import { randomBytes } from 'node:crypto'
import { createReplayClock, type ReplayClock } from '../clock.ts'
import { openDatabase } from '../database.ts'
import { append } from '../event-log/append.ts'
import type { JsonObject, NewEvent } from '../event-log/event.ts'
import { createEventLog } from '../event-log/log.ts'
import { markOf } from '../event-log/log-mark.ts'
import { createRelay } from '../event-log/relay.ts'
import { type Id, newId } from '../ids.ts'
import { silentLog } from '../log.ts'
import type { Subgraph, SubgraphDeps } from '../subgraph.ts'
import type { Role, Viewer } from '../viewer.ts'
import { newProcessKey } from '../viewer-keys.ts'
import { createTestDatabase } from './database.ts'
import { sampleOf } from './samples.ts'
import { signedRequest } from './signed-request.ts'

/** An answer as a client sees it; fields are reached without a type, because a test names them itself. */
// biome-ignore lint: the answer's shape is the test's own query
export type Answer = {
  data: any
  errors?: readonly { message: string; path?: readonly (string | number)[]; extensions?: Record<string, unknown> }[]
}

export type TestSubgraph = {
  readonly subgraph: Subgraph
  readonly databaseUrl: string
  readonly clock: ReplayClock
  /** Sends an operation as `viewer`; null is anonymous. */
  query(viewer: Viewer | null, query: string, variables?: Record<string, unknown>): Promise<Answer>
  /** Sends a mutation's `input`; returns its result with `__typename`, or throws what went wrong. */
  mutate(viewer: Viewer | null, mutation: string, selection: string, input: Record<string, unknown>): Promise<Answer['data']>
  /** Sends a subscription; the results come as they are produced. */
  subscribe(
    viewer: Viewer | null,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<AsyncGenerator<Answer, void, void>>
  /** Commits events as other subgraphs would, then waits until this one has handled them. */
  publish(...events: readonly Omit<NewEvent, 'at'>[]): Promise<void>
  /** The payloads of the events of `type` so far, in order. */
  eventsOf(type: string): Promise<readonly NewEvent['payload'][]>
  /** Resolves when every worker has done what is there to do. */
  idle(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The instant at which a test's clock stands unless it says otherwise. */
export const TEST_START = new Date('2026-01-24T00:00:00.000Z')

/** A viewer with a new id. */
export const newViewer = (...roles: readonly Role[]): Viewer => ({ userId: newId<'User'>(new Date()), roles: ['user', ...roles] })

/** A new key for a mutation that is not repeated. */
export const newKey = (): string => randomBytes(8).toString('hex')

/** Runs a subgraph on a database of its own, with a relay and its workers, under a clock that stands still. */
export async function startTestSubgraph(
  create: (deps: SubgraphDeps) => Subgraph,
  start: Date = TEST_START,
): Promise<TestSubgraph> {
  const testDatabase = await createTestDatabase()
  const databaseUrl = testDatabase.url
  const viewerKey = newProcessKey()
  const clock = createReplayClock(start)
  const relayDatabase = openDatabase({ url: databaseUrl, role: 'planet_relay', audience: 'relay', maxConnections: 4 })
  const writer = openDatabase({ url: databaseUrl, role: null, audience: 'interactive', maxConnections: 2 })
  const events = createEventLog(relayDatabase)
  const relay = createRelay(relayDatabase, silentLog)
  const subgraph = create({
    databaseUrl,
    events,
    clock,
    viewerKeys: [viewerKey],
    attributionSecret: randomBytes(32),
    log: silentLog,
  })
  const stop = new AbortController()
  const workers = [relay, ...subgraph.workers]
  const running = workers.map((worker) => worker.run(stop.signal))

  const requestOf = (viewer: Viewer | null, query: string, variables: Record<string, unknown>) =>
    signedRequest(viewerKey, subgraph.name, viewer, { query, variables }, stop.signal)
  const idle = async () => {
    // What one worker does may give work to another; the second round finds it.
    for (let round = 0; round < 2; round++) {
      await relay.idle()
      for (const worker of subgraph.workers) await worker.idle()
    }
  }

  const test: TestSubgraph = {
    subgraph,
    databaseUrl,
    clock,
    idle,
    async query(viewer, query, variables = {}) {
      // A round trip through JSON shows what a client would get.
      return JSON.parse(JSON.stringify(await subgraph.execute(requestOf(viewer, query, variables))))
    },
    async mutate(viewer, mutation, selection, input) {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
      const answer = await test.query(
        viewer,
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on UserError { code message } ... on InvalidInput { faults { field message } } ${selection} } }`,
        { input: { idempotencyKey: newKey(), ...input } },
      )
      const error = answer.errors?.[0]
      if (error) throw Object.assign(new Error(error.message), { code: error.extensions?.code })
      return answer.data[mutation]
    },
    async subscribe(viewer, query, variables = {}) {
      const results = await subgraph.subscribe(requestOf(viewer, query, variables))
      if (!(Symbol.asyncIterator in results))
        throw Object.assign(new Error(results.errors?.[0]?.message), { code: results.errors?.[0]?.extensions.code })
      const next = async () => {
        let step = await results.next()
        while (!step.done && markOf(step.value) !== null) step = await results.next()
        return step
      }
      return { ...results, next } as AsyncGenerator<Answer, void, void>
    },
    async publish(...toEmit) {
      await writer.db.transaction(async (tx) => {
        for (const event of toEmit) {
          const payload = completed(sampleOf(event.type), event.payload)
          await append(tx, { ...event, payload, at: clock.now() })
        }
      })
      await idle()
    },
    async eventsOf(type) {
      await relay.idle()
      const payloads: NewEvent['payload'][] = []
      // A page of what this process knows already may end before the newest event.
      for (let after: string | null = await events.oldest(); after !== null; ) {
        const page = await events.read({ after, types: [type], limit: 1000 })
        payloads.push(...page.events.map(({ payload: { version: _, ...payload } }) => payload))
        after = page.next === after ? null : page.next
      }
      return payloads
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.all(running)
      await subgraph.close()
      await events.close()
      await writer.close()
      await relayDatabase.close()
      await testDatabase.drop()
    },
  }
  return test
}

/** A typed id from a text that a test has just read from an answer. */
export const asId = <Kind extends string>(text: string): Id<Kind> => text as Id<Kind>

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a test leaves out of a payload is as in the newest sample of its type. */
const completed = (sample: JsonObject, given: JsonObject): JsonObject => ({
  ...sample,
  ...Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const known = sample[name]
      return [name, isObject(known) && isObject(value) ? completed(known, value) : value]
    }),
  ),
})
