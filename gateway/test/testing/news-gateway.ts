import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@planet/runtime/log'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { createGateway, type Gateway, type GatewayDeps } from '../../src/gateway.ts'
import { openDevIssuer } from '../../src/identity/dev-issuer.ts'
import { type NewsGraph, startNewsGraph } from './news-graph.ts'
import { ada } from './test-gateway.ts'

export type NewsGateway = AsyncDisposable & {
  readonly graph: NewsGraph
  readonly gateway: Gateway
  readonly url: string
  /** The authorization of somebody, by default for a minute. */
  readonly authorization: (lifetimeS?: number) => Promise<string>
}

/** A listening gateway over a log of stories and a state. */
export async function startNewsGateway(deps: Partial<GatewayDeps> = {}): Promise<NewsGateway> {
  const home = mkdtempSync(join(tmpdir(), 'planet-news-gateway-'))
  const viewerKey = newProcessKey()
  const graph = startNewsGraph(viewerKey, silentLog)
  const issuer = await openDevIssuer(home)
  const gateway = await createGateway({
    mode: 'development',
    supergraphSdl: graph.supergraphSdl,
    transports: graph.transports,
    viewerKey,
    identity: { kind: 'development', issuer, people: [ada] },
    log: silentLog,
    graphiql: null,
    ...deps,
  })
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 })
  return {
    graph,
    gateway,
    url,
    authorization: async (lifetimeS = 60) =>
      `Bearer ${await issuer.issueToken({ userId: ada.userId, roles: ['user'], lifetimeS })}`,
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await graph[Symbol.asyncDispose]()
      rmSync(home, { recursive: true })
    },
  }
}
