import { setTimeout as delay } from 'node:timers/promises'
import { type Database, openDatabase, type Tx } from '@planet/runtime/database'
import { decimal } from '@planet/runtime/decimal'
import { type Id, newId } from '@planet/runtime/ids'
import { newKey } from '@planet/runtime/testing/subgraph'
import { insertCreatorOnce, insertInstrumentOnce } from '../../subgraphs/posts/src/copies/db/writes.ts'
import { storePost } from '../../subgraphs/posts/src/publishing/resolvers/publish.ts'
import { ask } from '../support/processes.ts'
import { signalOf } from '../support/signal.ts'
import { newUserId, type Stage } from './stage.ts'

const CREATORS = 8
/** Who open transactions of their own, with all that may become of them; the others publish through the gateway. */
const DIRECT_WRITERS = 12
const GATEWAY_WRITERS = 4
const MAX_PAUSE_MS = 100
const MAX_COMMIT_DELAY_MS = 40
const ROLLBACK_SHARE = 0.2
const CIRCLE_SHARE = 0.1
const HORIZON_MS = 86_400_000

class ChangedMind extends Error {}

export type Writers = AsyncDisposable & {
  readonly creatorIds: readonly Id<'User'>[]
  /** Signals of which a writer was told that they are published. */
  readonly acknowledged: ReadonlySet<string>
  /** Signals that were taken back before their commit. */
  readonly rolledBack: ReadonlySet<string>
  /** Publishes one signal that everybody may see. */
  publishOne(): Promise<void>
  start(): void
  /** Resolves when the last of them has put down the pen. */
  stop(): Promise<void>
}

/** Sixteen writers of signals who commit late, change their minds, and write on whatever breaks. */
export async function hireWriters(stage: Stage): Promise<Writers> {
  const database = openDatabase({ url: stage.postgres.url, role: 'planet_posts', audience: 'interactive', maxConnections: 16 })
  const creatorIds = Array.from({ length: CREATORS }, newUserId)
  const instrumentId = newId<'Instrument'>(new Date())
  await database.db.transaction(async (tx) => {
    for (const id of creatorIds) await insertCreatorOnce(tx, id)
    await insertInstrumentOnce(tx, { id: instrumentId, symbol: 'BTC-USD', baseAsset: 'BTC', tickSize: decimal('0.01') })
  })
  const acknowledged = new Set<string>()
  const rolledBack = new Set<string>()
  const stopped = new AbortController()
  let working: Promise<unknown> = Promise.resolve()
  const someone = () => creatorIds[Math.floor(Math.random() * CREATORS)] ?? newUserId()

  const store = async (tx: Tx, authorId: Id<'User'>, circleId: Id<'Circle'> | null): Promise<string> => {
    const now = new Date()
    const id = newId<'Signal'>(now)
    await storePost(
      tx,
      { id: newId<'Post'>(now), authorId, kind: 'SIGNAL', circleId, origin: { origin: 'WEB', partnerAppId: null }, now },
      { title: 'A signal', body: 'B', topics: [], audience: circleId ? 'CIRCLE' : 'PUBLIC', circleId, externalRefs: [] },
      [],
      {
        id,
        instrumentId,
        side: 'LONG',
        entryKind: 'MARKET',
        entry: decimal('100'),
        entryExpiresAt: null,
        stop: decimal('95'),
        targets: [{ price: '110', fraction: '1' }],
        horizonMs: HORIZON_MS,
        expiresAt: new Date(now.getTime() + HORIZON_MS),
        conviction: 0.6,
        moveStopToEntryAfter: null,
      },
    )
    return id
  }

  const writeDirectly = async () => {
    let signalId = ''
    const isForCircle = Math.random() < CIRCLE_SHARE
    const changesMind = Math.random() < ROLLBACK_SHARE
    try {
      await database.db.transaction(async (tx) => {
        signalId = await store(tx, someone(), isForCircle ? newId<'Circle'>(new Date()) : null)
        await delay(Math.random() * MAX_COMMIT_DELAY_MS)
        if (changesMind) throw new ChangedMind()
      })
      if (!isForCircle) acknowledged.add(signalId)
    } catch (error) {
      if (error instanceof ChangedMind) rolledBack.add(signalId)
      // Whether the transaction of another error has committed, only the database knows.
    }
  }

  const writeThroughGateway = async () => {
    const authorId = someone()
    const token = await stage.tokenOf(authorId)
    const input = { idempotencyKey: newKey(), ...signalOf(instrumentId, 'A signal', 'P1D') }
    const query =
      'mutation ($input: PublishSignalInput!) { publishSignal(input: $input) { ... on PublishSignalSuccess { post { signal { id } } } } }'
    // Repeated with its key until it is told what became of it: published once.
    while (!stopped.signal.aborted) {
      const { body } = await ask(stage.url, query, { variables: { input }, token }).catch(() => ({ body: { data: null } }))
      const signalId = body.data?.publishSignal?.post?.signal.id
      if (signalId) return void acknowledged.add(signalId)
      await pause(3 * MAX_PAUSE_MS)
    }
  }

  const pause = (maxMs: number) => delay(Math.random() * maxMs, undefined, { signal: stopped.signal }).catch(() => {})
  const work = async (write: () => Promise<void>) => {
    while (!stopped.signal.aborted) {
      await write()
      await pause(MAX_PAUSE_MS)
    }
  }

  return {
    creatorIds,
    acknowledged,
    rolledBack,
    async publishOne() {
      acknowledged.add(await database.db.transaction((tx) => store(tx, someone(), null)))
    },
    start() {
      working = Promise.all([
        ...Array.from({ length: DIRECT_WRITERS }, () => work(writeDirectly)),
        ...Array.from({ length: GATEWAY_WRITERS }, () => work(writeThroughGateway)),
      ])
    },
    async stop() {
      stopped.abort()
      await working
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** The public signals that the database holds, and how its log tells those that have their position by now, in order. */
export async function readTruth({ sql }: Database) {
  const stored = await sql<{ id: string }[]>`
    select s.id from posts.signal s join posts.post p on p.id = s.post_id where p.audience = 'PUBLIC'`
  const told = await sql<{ id: string; stream: string; seq: number }[]>`
    select payload->>'signalId' as id, stream, seq::int as seq from event_log.fact
      where type = 'posts.SignalPublished' order by pos`
  return { stored: stored.map(({ id }) => id), told }
}
