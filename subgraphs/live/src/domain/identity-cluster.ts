import type { Id } from '@planet/runtime/ids'

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
const MIN_COMMON_VOTES = 20

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
 * Pairs of accounts that vote as one: Pearson correlation above 0.95 over at least 20 questions both voted on. For a
 * periodic job: it compares all pairs. (Rule: C3)
 */
export function correlatedPairs(histories: readonly VoteHistory[]): (readonly [UserId, UserId])[] {
  return histories.flatMap((a, i) =>
    histories.slice(i + 1).flatMap((b) => (votesAsOne(a.probabilities, b.probabilities) ? [[a.userId, b.userId] as const] : [])),
  )
}

function votesAsOne(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  const common = [...a].flatMap(([question, x]) => {
    const y = b.get(question)
    return y === undefined ? [] : [{ x, y }]
  })
  if (common.length < MIN_COMMON_VOTES) return false
  const correlation = pearson(common)
  return correlation !== null && correlation > CORRELATION_ABOVE
}

/** Pearson correlation, -1 to 1; null if one side never varies. */
function pearson(points: readonly { readonly x: number; readonly y: number }[]): number | null {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  let [xx, yy, xy] = [0, 0, 0]
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2
    yy += (y - meanY) ** 2
    xy += (x - meanX) * (y - meanY)
  }
  // A constant series leaves a variance of rounding errors.
  const isConstant = xx < 1e-18 * points.length || yy < 1e-18 * points.length
  return isConstant ? null : xy / Math.sqrt(xx * yy)
}
