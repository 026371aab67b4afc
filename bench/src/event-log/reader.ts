/**
 * `reader.ts URL NAME`: a process with a consumer of incentives, new by its name, that does nothing with what it is given. Tells its parent what
 * it has handled whenever it is asked.
 */
import { consumerPositions } from '@planet/incentives/db/tables'
import { openDatabase, roleOf } from '@planet/runtime/database'
import { createConsumer, on } from '@planet/runtime/event-log/consumer'
import { createEventLog } from '@planet/runtime/event-log/log'
import { EVENTS } from '@planet/runtime/events/registry'
import { createLog } from '@planet/runtime/log'
import { isReadByReader, type Read } from './facts.ts'

const [, , url = '', name = ''] = process.argv
const log = createLog({ level: 'warn' })
const database = openDatabase({ url, role: roleOf('incentives'), audience: 'relay', maxConnections: 4 })
let handled = 0
const consumer = createConsumer({
  name,
  database,
  events: createEventLog(database, { log }),
  handlers: EVENTS.filter(isReadByReader).map((definition) =>
    on(definition, async () => {
      handled += 1
    }),
  ),
  positionTable: consumerPositions,
  log,
})
process.on('message', () => process.send?.({ handled, lagEvents: consumer.progress().lagEvents } satisfies Read))
process.on('disconnect', () => process.exit())
await consumer.run(new AbortController().signal)
