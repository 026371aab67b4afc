import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { pgSchema } from 'drizzle-orm/pg-core'

/** Each subject adds its own tables to it, in its `db/tables.ts`. */
export const schema = pgSchema('incentives')

export const idempotencyKeys = idempotencyKeyTable(schema)
export const consumerPositions = consumerPositionTable(schema)
