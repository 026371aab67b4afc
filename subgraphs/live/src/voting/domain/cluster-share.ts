import { at } from './pool.ts'

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
 *
 * Each round caps somebody, and no more than 1 / `cap` can be capped, so it takes at most n / `cap` steps.
 */
export function cappedShares(weights: Float64Array, cap: number): Float64Array {
  const shares = new Float64Array(weights.length)
  if (cap * weights.length < 1) return shares.fill(1 / weights.length)
  const isCapped = new Uint8Array(weights.length)
  while (fill(shares, weights, cap, isCapped)) {}
  return shares
}

/**
 * One round: the capped hold the cap, the others split the rest in proportion, or equally if none of them weighs anything.
 * True if somebody new is over the cap.
 */
function fill(shares: Float64Array, weights: Float64Array, cap: number, isCapped: Uint8Array): boolean {
  let [openWeight, openCount] = [0, 0]
  for (let i = 0; i < weights.length; i++) {
    if (isCapped[i]) continue
    openWeight += at(weights, i)
    openCount++
  }
  const rest = 1 - cap * (weights.length - openCount)
  let isAnyOver = false
  for (let i = 0; i < weights.length; i++) {
    if (isCapped[i]) {
      shares[i] = cap
      continue
    }
    const share = openWeight > 0 ? rest * (at(weights, i) / openWeight) : rest / openCount
    shares[i] = share
    if (share > cap) {
      isCapped[i] = 1
      isAnyOver = true
    }
  }
  return isAnyOver
}
