import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { pgSchema } from 'drizzle-orm/pg-core'

export const schema = pgSchema('live')

export const idempotencyKeys = idempotencyKeyTable(schema)
