import { findLineFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'
import { isWebAddress } from '@planet/runtime/web-address'

const MAX_EXTERNAL_REFS = 10
const MAX_SOURCE = 60
const SHA256 = /^[0-9a-f]{64}$/i

/** A page elsewhere that a text builds on, and what was there when its author looked. */
export type ExternalRef = {
  readonly url: string
  /** Who is behind the page. */
  readonly source: string
  readonly capturedAt: Date
  /** Of what was there, 64 hexadecimal digits. */
  readonly sha256: string
}

/** As a version keeps it: the instant in ISO 8601, the hash in lower case. */
export type StoredExternalRef = Omit<ExternalRef, 'capturedAt'> & { readonly capturedAt: string }

/** Every fault of an author's references, given at `now`; empty if they may be stored. */
export function findExternalRefFaults(refs: readonly ExternalRef[], now: Date): InputFault[] {
  if (refs.length > MAX_EXTERNAL_REFS) return [{ field: 'externalRefs', message: `At most ${MAX_EXTERNAL_REFS} may be given.` }]
  return refs.flatMap(({ url, source, capturedAt, sha256 }, i) => {
    const fieldOf = (name: keyof ExternalRef) => `externalRefs.${i}.${name}`
    const faults: InputFault[] = []
    if (!isWebAddress(url)) faults.push({ field: fieldOf('url'), message: 'Must be an https address.' })
    faults.push(...findLineFaults(fieldOf('source'), source.trim(), MAX_SOURCE))
    if (capturedAt > now) faults.push({ field: fieldOf('capturedAt'), message: 'Must not be in the future.' })
    if (!SHA256.test(sha256)) faults.push({ field: fieldOf('sha256'), message: 'Must be 64 hexadecimal digits.' })
    return faults
  })
}

export const storedExternalRefs = (refs: readonly ExternalRef[]): StoredExternalRef[] =>
  refs.map(({ url, source, capturedAt, sha256 }) => ({
    url,
    source: source.trim(),
    capturedAt: capturedAt.toISOString(),
    sha256: sha256.toLowerCase(),
  }))
