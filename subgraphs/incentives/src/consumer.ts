import type { Database, Tx } from '@planet/runtime/database'
import { createConsumer } from '@planet/runtime/event-log/consumer'
import type { LoggedEvent } from '@planet/runtime/event-log/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { type Handler, type Payload, payloads } from './copies/events.ts'
import { copyHandlers } from './copies/handlers.ts'
import { consumerPositions } from './db/tables.ts'
import { linkTrade } from './links/link-trade.ts'
import { recordTicket } from './touches/record-ticket.ts'

type EventType = keyof typeof payloads
type Handlers = { readonly [Type in EventType]: Handler<Type> }

const handlers: Handlers = {
  ...copyHandlers,
  'trading.TicketOpened': recordTicket,
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
