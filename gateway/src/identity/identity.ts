import type { DevIssuer, Person } from './dev-issuer.ts'
import { invalidToken, type TokenVerifier } from './tokens.ts'

/** Who issues access tokens: an identity provider, or in development an issuer of ours with named people. */
export type Identity =
  | { readonly kind: 'provider'; readonly verifyToken: TokenVerifier }
  | { readonly kind: 'development'; readonly issuer: DevIssuer; readonly people: readonly Person[] }
  /** Subgraphs identify clients themselves: `Authorization` passes on unread, and everybody is nobody to the gateway. */
  | { readonly kind: 'subgraphs' }

/** Null where the gateway reads no tokens. */
export const tokenVerifierOf = (identity: Identity): TokenVerifier | null => {
  switch (identity.kind) {
    case 'development':
      return identity.issuer.verifyToken
    case 'provider':
      return identity.verifyToken
    case 'subgraphs':
      return null
  }
}

/** A socket's token would have to reach subgraphs with each of its events, which they have no way to check. */
export const refuseTokens: TokenVerifier = () => Promise.reject(invalidToken())
