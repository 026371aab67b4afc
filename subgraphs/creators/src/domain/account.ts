import { findLineFaults, findProseFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'

const HANDLE = /^[a-z0-9_]{3,30}$/
const MAX_DISPLAY_NAME = 60
const MAX_HEADLINE = 300

export const isHandle = (text: string): boolean => HANDLE.test(text)

/** Every fault of a registration; empty if it may be stored. */
export function findRegistrationFaults(input: { readonly handle: string; readonly displayName: string }): InputFault[] {
  const faults: InputFault[] = []
  if (!isHandle(input.handle)) faults.push({ field: 'handle', message: 'Must be 3 to 30 characters of a-z, 0-9 and _.' })
  return [...faults, ...findLineFaults('displayName', input.displayName.trim(), MAX_DISPLAY_NAME)]
}

/** Every fault of a creator profile; empty if it may be stored. */
export const findProfileFaults = (input: { readonly headline: string }): InputFault[] =>
  findProseFaults('headline', input.headline, { min: 0, max: MAX_HEADLINE })
