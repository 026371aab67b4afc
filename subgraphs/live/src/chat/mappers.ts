import type { BulletChange } from './bullet-chat.ts'
import type { BulletRow } from './db/bullet.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type BulletMapper = BulletRow
export type BulletChangeMapper = BulletChange
