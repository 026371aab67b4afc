import type { InputFault } from '@planet/runtime/refusals'

const MAX_NAME = 60
const MAX_PURPOSE = 300

/** Every fault of a circle that is to be opened; empty if it may be stored. Lengths are in characters, not UTF-16 units. */
export function findCircleFaults(input: { readonly name: string; readonly purpose: string }): InputFault[] {
  const faults: InputFault[] = []
  const nameLength = Array.from(input.name.trim()).length
  if (nameLength < 1 || nameLength > MAX_NAME)
    faults.push({ field: 'name', message: `Must be 1 to ${MAX_NAME} characters long.` })
  if (Array.from(input.purpose).length > MAX_PURPOSE)
    faults.push({ field: 'purpose', message: `Must be at most ${MAX_PURPOSE} characters long.` })
  return faults
}
