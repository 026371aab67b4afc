import type { Db, Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { eq } from 'drizzle-orm'
import { sessions } from './tables.ts'

/** Whether there is, or is going to be, or was such a session. */
export const isSession = async (db: Db | Tx, id: Id<'LiveSession'>): Promise<boolean> =>
  (await db.$count(sessions, eq(sessions.id, id))) > 0
