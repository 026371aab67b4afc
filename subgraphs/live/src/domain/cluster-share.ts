const SMALL_ROOM_CLUSTERS = 100
const SMALL_ROOM_CAP = 0.35
const LARGE_ROOM_CAP = 0.05

/** The largest share one identity cluster may hold: 0.35 up to 100 clusters, 0.05 above. (C3) */
export function shareCap(clusterCount: number): number {
  return clusterCount > SMALL_ROOM_CLUSTERS ? LARGE_ROOM_CAP : SMALL_ROOM_CAP
}

/**
 * Shares in proportion to `weights`, none above `cap`, summing to 1: whoever is over the cap is set to it and what is
 * left goes to the others in proportion, again and again until nobody is over (water filling, C3). Equal shares where
 * the cap cannot hold (`cap * n < 1`) or nobody weighs anything. Weights are at least 0.
 */
export function cappedShares(weights: readonly number[], cap: number): number[] {
  if (cap * weights.length < 1) return weights.map(() => 1 / weights.length)
  const capped = new Set<number>()
  for (;;) {
    const shares = fill(weights, cap, capped)
    const over = shares.flatMap((share, i) => (share > cap && !capped.has(i) ? [i] : []))
    if (over.length === 0) return shares
    for (const i of over) capped.add(i)
  }
}

/** One round: the capped hold the cap, the others split the rest in proportion, or equally if none of them weighs anything. */
function fill(weights: readonly number[], cap: number, capped: ReadonlySet<number>): number[] {
  const rest = 1 - cap * capped.size
  const openWeight = weights.reduce((sum, weight, i) => (capped.has(i) ? sum : sum + weight), 0)
  const openCount = weights.length - capped.size
  return weights.map((weight, i) => {
    if (capped.has(i)) return cap
    return openWeight > 0 ? rest * (weight / openWeight) : rest / openCount
  })
}
