/** The package's main file loads a limiter for each of a dozen databases, and only that has types. */
declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  import type { RateLimiterMemory } from 'rate-limiter-flexible'

  const Limiter: typeof RateLimiterMemory
  type Limiter = RateLimiterMemory
  export default Limiter
}
