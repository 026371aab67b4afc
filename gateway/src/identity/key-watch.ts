import type { Authenticated, TokenVerifier } from './tokens.ts'

/** How often it is looked whether the keys have changed. */
const LOOK_EVERY_MS = 1_000

/**
 * Calls `onUnproven` for what is open with a token whose key the issuer has withdrawn, some seconds after that is known. A
 * token that was verified is good for the next request only if it still is; what is open asks for nothing.
 */
export function watchKeys(
  { keysNow, isStillProven }: TokenVerifier,
  open: () => readonly Authenticated[],
  onUnproven: (authenticated: ReadonlySet<Authenticated>) => void,
): { close(): void } {
  if (!keysNow || !isStillProven) return { close() {} }
  let seen = keysNow()
  let isChecking = false
  const check = async (): Promise<void> => {
    const keys = keysNow()
    if (!keys || keys === seen) return
    const unproven = new Set<Authenticated>()
    // One after the other, because each is a signature to verify.
    for (const authenticated of new Set(open())) if (!(await isStillProven(authenticated))) unproven.add(authenticated)
    if (unproven.size > 0) onUnproven(unproven)
    seen = keys
  }
  const look = () => {
    if (isChecking || open().length === 0) return
    isChecking = true
    // What cannot be verified now is looked at again.
    check()
      .catch(() => {})
      .finally(() => {
        isChecking = false
      })
  }
  const looking = setInterval(look, LOOK_EVERY_MS)
  looking.unref()
  return { close: () => clearInterval(looking) }
}
