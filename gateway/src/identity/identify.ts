import type { KeyObject } from 'node:crypto'
import { bodyOf, createViewerSigner } from '@planet/runtime/viewer-token'
import type { Call } from '../subgraphs/call.ts'
import type { CredentialsOf } from '../subgraphs/subgraph-calls.ts'
import { bearerToken, type TokenVerifier } from './tokens.ts'

/** Who sends a request, as far as the gateway knows. */
export type Identified = Pick<Call, 'viewer' | 'authorization'>

/** Takes the value of the `Authorization` header. Throws or rejects with a coded error for one that is not valid. */
export type Identify = (authorization: string | undefined) => Identified | Promise<Identified>

const NOBODY: Identified = { viewer: null }

/** Whoever sends an access token is whom it stands for; whoever sends nothing is anonymous. */
export const identifyByToken =
  (verifyToken: TokenVerifier): Identify =>
  (authorization) => {
    const token = bearerToken(authorization)
    return token === undefined ? NOBODY : verifyToken(token)
  }

/** For subgraphs that identify clients themselves: the header is theirs to read. */
export const passOnAuthorization: Identify = (authorization) => ({ viewer: null, authorization })

/**
 * What subgraphs behind a gateway that verifies tokens are told: a viewer that the gateway has signed, for this subgraph, and
 * for this request alone if it changes something.
 */
export function signedViewers(key: KeyObject): CredentialsOf {
  const signer = createViewerSigner(key)
  return ({ viewer }, subgraph, operation) => ({
    viewerToken: operation.query.startsWith('mutation')
      ? signer.signBody(viewer, subgraph, operation.body ?? bodyOf(operation))
      : signer.signRead(viewer, subgraph),
  })
}

/** What subgraphs that identify clients themselves are told: what the client said. */
export const passedOn: CredentialsOf = ({ authorization }) => ({ authorization })
