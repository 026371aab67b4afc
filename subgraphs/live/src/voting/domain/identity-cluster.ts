import type { Id } from '@planet/runtime/ids'
import { at } from './pool.ts'

type UserId = Id<'User'>

/** What is known of an account that may tell whose it is. */
export type Account = {
  readonly userId: UserId
  /** Hashes of the KYC person, devices and funding sources, each prefixed with its kind. Accounts sharing one are one person. */
  readonly traits: readonly string[]
}

/** An account's probabilities by question (session, instrument and horizon), its latest vote on each. */
export type VoteHistory = { readonly userId: UserId; readonly probabilities: ReadonlyMap<string, number> }

const CORRELATION_ABOVE = 0.95
/** Questions that two accounts must have in common to be compared. */
export const MIN_COMMON_VOTES = 20

/**
 * The identity cluster of every account, named after its smallest account id: accounts are joined by a common trait and by
 * `pairs`, and joining is transitive. Accounts that only `pairs` names are clustered too. (Rule: C3)
 */
export function clusterIdentities(
  accounts: readonly Account[],
  pairs: readonly (readonly [UserId, UserId])[],
): ReadonlyMap<UserId, UserId> {
  const parents = new Map<UserId, UserId>()
  const rootOf = (userId: UserId): UserId => {
    let root = userId
    for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root)) root = parent
    parents.set(userId, root)
    return root
  }
  const join = (a: UserId, b: UserId) => {
    const [rootA, rootB] = [rootOf(a), rootOf(b)]
    // The smaller id becomes the root, so the name of a cluster does not depend on the order of joining.
    if (rootA < rootB) parents.set(rootB, rootA)
    else parents.set(rootA, rootB)
  }

  const firstWith = new Map<string, UserId>()
  for (const { userId, traits } of accounts) {
    rootOf(userId)
    for (const trait of traits) {
      const first = firstWith.get(trait)
      if (first === undefined) firstWith.set(trait, userId)
      else join(first, userId)
    }
  }
  for (const [a, b] of pairs) join(a, b)
  return new Map([...parents.keys()].map((userId) => [userId, rootOf(userId)]))
}

/**
 * Pairs of accounts that vote as one: Pearson correlation above 0.95 over at least 20 questions both voted on. Yields the
 * pairs of one account after the other, so that the caller may pause: all pairs are compared. (Rule: C3)
 */
export function* correlatedPairs(histories: readonly VoteHistory[]): Generator<(readonly [UserId, UserId])[], void, void> {
  const questions = new Map<string, number>()
  for (const { probabilities } of histories)
    for (const question of probabilities.keys()) if (!questions.has(question)) questions.set(question, questions.size)
  const rows = histories.map(({ userId, probabilities }) => {
    const row = new Float64Array(questions.size).fill(Number.NaN)
    for (const [question, probability] of probabilities) row[questions.get(question) ?? 0] = probability
    return { userId, row }
  })
  for (const [i, a] of rows.entries()) {
    yield rows.slice(i + 1).flatMap((b) => (votesAsOne(a.row, b.row) ? [[a.userId, b.userId] as const] : []))
  }
}

/** Of two rows with a probability per question, NaN where there is none. */
function votesAsOne(a: Float64Array, b: Float64Array): boolean {
  let [count, sumX, sumY] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [at(a, i), at(b, i)]
    if (Number.isNaN(x + y)) continue
    count++
    sumX += x
    sumY += y
  }
  if (count < MIN_COMMON_VOTES) return false
  const [meanX, meanY] = [sumX / count, sumY / count]
  let [xx, yy, xy] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [at(a, i) - meanX, at(b, i) - meanY]
    if (Number.isNaN(x + y)) continue
    xx += x * x
    yy += y * y
    xy += x * y
  }
  // A constant series has no correlation, and leaves a variance of rounding errors.
  const isConstant = xx < 1e-18 * count || yy < 1e-18 * count
  return !isConstant && xy / Math.sqrt(xx * yy) > CORRELATION_ABOVE
}
