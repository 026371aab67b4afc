import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { LoggedEvent } from '@planet/runtime/event-log/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { setMembership } from './copies/db/circle-member.ts'
import { findInstrument, insertInstrumentOnce } from './copies/db/instrument.ts'
import { findPost, insertPostOnce, setRetracted } from './copies/db/post.ts'
import { insertUserOnce, setIdentityCluster } from './copies/db/user.ts'
import { type Payload, payloads } from './copies/payloads.ts'
import { consumerPositions } from './db/tables.ts'
import { linkTrade } from './links/link-trade.ts'
import { insertTouchOnce } from './touches/db/touch.ts'
import { emitTouchRecorded } from './touches/events.ts'

type EventType = keyof typeof payloads
type Handlers = { readonly [Type in EventType]: (tx: Tx, payload: Payload<Type>, now: Date) => Promise<void> }

/** What each event of another subgraph does here. All of them change nothing when the event is heard of again. */
const handlers: Handlers = {
  'creators.UserRegistered': (tx, { userId }) => insertUserOnce(tx, userId),
  'creators.IdentityChecked': (tx, { userId, identityClusterId }) => setIdentityCluster(tx, userId, identityClusterId),
  'circles.MembershipChanged': (tx, { state, ...membership }) =>
    setMembership(tx, { ...membership, isMember: state === 'MEMBER' }),
  'trading.InstrumentListed': (tx, { instrumentId, ...assets }) => insertInstrumentOnce(tx, { id: instrumentId, ...assets }),
  'posts.PostPublished': async (tx, { postId, signal, ...post }) => {
    const instrument = signal && (await findInstrument(tx, signal.instrumentId))
    await insertPostOnce(tx, {
      ...post,
      id: postId,
      signalSide: signal?.side ?? null,
      signalInstrumentId: signal?.instrumentId ?? null,
      signalBaseAsset: instrument?.baseAsset ?? null,
    })
  },
  'posts.PostRetracted': (tx, { postId, retractedAt }) => setRetracted(tx, postId, retractedAt),
  'trading.TicketOpened': async (tx, { ticketId, userId, postId, at }) => {
    const authorId = (await findPost(tx, postId))?.authorId ?? null
    const ticket = { id: ticketId, userId, postId, authorId, kind: 'TICKET', surface: null, visibleMs: null, at } as const
    const touch = await insertTouchOnce(tx, ticket)
    if (touch) await emitTouchRecorded(tx, touch)
  },
  'trading.TradeExecuted': linkTrade,
}

const isHandled = (type: string): type is EventType => type in handlers

const handle = <Type extends EventType>(tx: Tx, type: Type, event: LoggedEvent, now: Date): Promise<void> =>
  // The schemas of a union of keys are a union to the compiler, though `type` names one of them.
  handlers[type](tx, payloads[type].parse(event.payload) as Payload<Type>, now)

/** Keeps the copies of other subgraphs' facts, and links each trade when it is heard of, in order of the log. */
export const createIncentivesConsumer = (
  database: Database,
  { events, clock, log }: Pick<SubgraphDeps, 'events' | 'clock' | 'log'>,
): Worker =>
  createConsumer({
    name: 'incentives',
    database,
    events,
    types: Object.keys(handlers),
    positionTable: consumerPositions,
    log,
    handle: async (tx, event) => {
      if (isHandled(event.type)) await handle(tx, event.type, event, clock.now())
    },
  })
