import { idempotencyKeyTable } from '@planet/runtime/idempotency'
import { pgSchema } from 'drizzle-orm/pg-core'

/** Each subject adds its own tables to it, in its `db/tables.ts`. */
export const schema = pgSchema('posts')

export const idempotencyKeys = idempotencyKeyTable(schema)
