import { randomBytes } from 'node:crypto'
import { formatKey, newSigningKey, verifyingKeyOf } from '@planet/runtime/viewer-keys'

/** What the parts of a platform that run apart need of one another, as `planet keys` makes it. */
export function viewerKeyVariables(key = newSigningKey()) {
  return {
    PLANET_VIEWER_PRIVATE_KEY: formatKey(key),
    PLANET_VIEWER_PUBLIC_KEYS: formatKey(verifyingKeyOf(key)),
    PLANET_ATTRIBUTION_SECRET: randomBytes(32).toString('hex'),
  }
}
