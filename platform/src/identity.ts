import type { GatewayConfig } from '@planet/gateway/config'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import type { Identity } from '@planet/gateway/identity/identity'
import { createTokenVerifier, remoteKeys } from '@planet/gateway/identity/tokens'
import { people } from './people.ts'

/**
 * Who vouches for access tokens: the identity provider of the configuration, else, in development only, an issuer of
 * this home's own with the named people. The gateway refuses the latter in production.
 */
export async function openIdentity(home: string, config: GatewayConfig): Promise<Identity> {
  const { maxTokenLifeS } = config.options
  if (!config.oidc) return { kind: 'development', issuer: await openDevIssuer(home, maxTokenLifeS), people }
  const { issuer, audience, jwksUrl } = config.oidc
  const keys = remoteKeys(jwksUrl)
  return { kind: 'provider', verifyToken: createTokenVerifier({ issuer, audience, keys, maxLifeS: maxTokenLifeS }) }
}
