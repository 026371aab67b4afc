import type { GatewayConfig } from '@planet/gateway/config'
import { type DevIssuer, openDevIssuer } from '@planet/gateway/dev-issuer'
import { createTokenVerifier, remoteKeys, type TokenVerifier } from '@planet/gateway/tokens'

/** Who vouches for access tokens. `issuer` is null where an identity provider does. */
export type Identity = { readonly issuer: DevIssuer | null; readonly verifyToken: TokenVerifier }

/** Throws in production without an identity provider: `readConfig` of the gateway names the variables. */
export async function openIdentity(home: string, config: GatewayConfig): Promise<Identity> {
  if (config.oidc) {
    const { issuer, audience, jwksUrl } = config.oidc
    return { issuer: null, verifyToken: createTokenVerifier({ issuer, audience, keys: remoteKeys(jwksUrl) }) }
  }
  if (config.mode === 'production')
    throw new Error('Production needs an identity provider: set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL.')
  const issuer = await openDevIssuer(home)
  return { issuer, verifyToken: issuer.verifyToken }
}
