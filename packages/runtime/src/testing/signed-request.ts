import type { KeyObject } from 'node:crypto'
import type { SubgraphRequest } from '../subgraph.ts'
import type { Viewer } from '../viewer.ts'
import { bodyOf, createViewerSigner } from '../viewer-token.ts'

/** A call of `subgraph` with the token that a gateway with this key would send. */
export function signedRequest(
  key: KeyObject,
  subgraph: string,
  viewer: Viewer | null,
  { query, variables }: { readonly query: string; readonly variables?: Record<string, unknown> },
  signal: AbortSignal = new AbortController().signal,
): SubgraphRequest {
  return {
    query,
    variables,
    viewerToken: createViewerSigner(key).signBody(viewer, subgraph, bodyOf({ query, variables })),
    requestId: 'test',
    signal,
  }
}
