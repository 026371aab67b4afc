import { findLineFaults, findProseFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'

const MAX_NAME = 60
const MAX_PURPOSE = 300

/** Every fault of a circle that is to be opened; empty if it may be stored. Lengths are in characters, not UTF-16 units. */
export const findCircleFaults = (input: { readonly name: string; readonly purpose: string }): InputFault[] => [
  ...findLineFaults('name', input.name.trim(), MAX_NAME),
  ...findProseFaults('purpose', input.purpose, { min: 0, max: MAX_PURPOSE }),
]
