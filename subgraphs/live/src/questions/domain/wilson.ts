/** The two-sided 95 % quantile of the normal distribution. */
export const WILSON_Z = 1.959964

/**
 * Lower end of Wilson's interval for a proportion of which `k` of `n` were seen, 0 to 1; 0 for nothing seen. What few have
 * seen ranks below what as large a share of many has. (Wilson 1927)
 */
export function wilsonLowerBound(k: number, n: number, z = WILSON_Z): number {
  if (k === 0 || n === 0) return 0
  const z2 = z * z
  const centre = k + z2 / 2
  const half = z * Math.sqrt((k * (n - k)) / n + z2 / 4)
  return Math.max(0, (centre - half) / (n + z2))
}
