import type { InputFault } from '@planet/runtime/refusals'

const HANDLE = /^[a-z0-9_]{3,30}$/
const MAX_DISPLAY_NAME = 60
const MAX_HEADLINE = 300

/** Every fault of a registration; empty if it may be stored. */
export function findRegistrationFaults(input: { readonly handle: string; readonly displayName: string }): InputFault[] {
  const faults: InputFault[] = []
  if (!HANDLE.test(input.handle)) faults.push({ field: 'handle', message: 'Must be 3 to 30 characters of a-z, 0-9 and _.' })
  const length = [...input.displayName.trim()].length
  if (length < 1 || length > MAX_DISPLAY_NAME)
    faults.push({ field: 'displayName', message: `Must be 1 to ${MAX_DISPLAY_NAME} characters long.` })
  return faults
}

/** Every fault of a creator profile; empty if it may be stored. */
export function findProfileFaults(input: { readonly headline: string }): InputFault[] {
  return [...input.headline].length > MAX_HEADLINE
    ? [{ field: 'headline', message: `Must be at most ${MAX_HEADLINE} characters long.` }]
    : []
}
