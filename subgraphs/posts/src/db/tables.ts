import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { pgSchema } from 'drizzle-orm/pg-core'

/** The tables of the subjects and of the copies are of it too. */
export const schema = pgSchema('posts')

export const idempotencyKeys = idempotencyKeyTable(schema)
export const consumerPositions = consumerPositionTable(schema)
