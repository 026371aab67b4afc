import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { sql } from 'drizzle-orm'
import { creators } from './tables.ts'

/** How many of `ids` are creators; each counts once. */
export const countCreators = (db: Db, ids: readonly Id<'User'>[]): Promise<number> =>
  db.$count(creators, sql`${creators.id} = any(${sql.param([...ids])}::uuid[])`)
