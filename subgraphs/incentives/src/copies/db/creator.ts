import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { creators } from './tables.ts'

export const isCreator = async (db: Db | Tx, id: Id<'User'>): Promise<boolean> =>
  (await db.$count(creators, eq(creators.id, id))) > 0
