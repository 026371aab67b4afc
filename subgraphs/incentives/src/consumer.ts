import type { Database } from '@planet/runtime/database'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import { TicketOpened, TradeExecuted } from '@planet/runtime/events/trading'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { copyHandlers } from './copies/handlers.ts'
import { consumerPositions } from './db/tables.ts'
import { linkTrade } from './links/link-trade.ts'
import { recordTicket } from './touches/record-ticket.ts'

/** Keeps the copies of other subgraphs' facts, and links each trade when it is heard of, in order of the log. */
export const createIncentivesConsumer = (
  database: Database,
  { events, clock, log }: Pick<SubgraphDeps, 'events' | 'clock' | 'log'>,
): Worker =>
  createConsumer({
    name: 'incentives',
    database,
    events,
    handlers: [
      ...copyHandlers,
      on(TicketOpened, recordTicket),
      on(TradeExecuted, (tx, trade) => linkTrade(tx, trade, clock.now())),
    ],
    positionTable: consumerPositions,
    log,
  })
