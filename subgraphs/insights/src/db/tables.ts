import { consumerPositionTable } from '@planet/runtime/event-log/consumer'
import { pgSchema } from 'drizzle-orm/pg-core'

/** Each subject adds its own tables to it, in its `db/tables.ts`. */
export const schema = pgSchema('insights')

export const consumerPositions = consumerPositionTable(schema)
