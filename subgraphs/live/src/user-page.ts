import type { Id } from '@planet/runtime/ids'

/** Some of the rows of which each user has at most one, ascending by user id. */
export type UserPage = {
  /** Null: from the first on. */
  readonly afterUserId: Id<'User'> | null
  readonly limit: number
}
