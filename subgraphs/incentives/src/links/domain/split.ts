/** Resolution to which weights are taken: that of a float. */
const SCALE = 2 ** 53

/**
 * `total` indivisible units (cents, 10^-12 of a credit) in proportion to `weights`, summing to exactly `total`: everybody
 * gets the whole units of their quota, and the rest goes to the largest remainders, of equals to the earlier. Nobody without
 * weight gets anything, unless nobody has any: then all count the same. Throws on a negative total, on weights that are not
 * finite and at least 0, and if there is nobody to give `total` to.
 */
export function splitExactly(weights: readonly number[], total: bigint): bigint[] {
  if (total < 0n) throw new Error(`cannot split ${total}`)
  if (weights.length === 0 && total > 0n) throw new Error(`nobody to give ${total} to`)
  const scaled = scaledWeights(weights)
  const sum = scaled.reduce((subtotal, weight) => subtotal + weight, 0n)
  const quotas = scaled.map((weight) => ({ units: (weight * total) / sum, remainder: (weight * total) % sum }))
  const given = quotas.reduce((subtotal, { units }) => subtotal + units, 0n)

  const byRemainder = quotas
    .map(({ remainder }, i) => ({ remainder, i }))
    .sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder > b.remainder ? -1 : 1))
  const rounded = new Set(byRemainder.slice(0, Number(total - given)).map(({ i }) => i))
  return quotas.map(({ units }, i) => (rounded.has(i) ? units + 1n : units))
}

/** Integers in proportion to `weights`, the greatest being `SCALE`: with them the rest is exact. */
function scaledWeights(weights: readonly number[]): bigint[] {
  const greatest = Math.max(0, ...weights)
  return weights.map((weight) => {
    if (!Number.isFinite(weight) || weight < 0) throw new Error(`not a weight: ${weight}`)
    return greatest === 0 ? 1n : BigInt(Math.round((weight / greatest) * SCALE))
  })
}
