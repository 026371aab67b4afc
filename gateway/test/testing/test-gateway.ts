import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@planet/runtime/ids'
import { type Logger, silentLog } from '@planet/runtime/log'
import type { Role } from '@planet/runtime/viewer'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { createGateway, type Gateway, type GatewayDeps } from '../../src/gateway.ts'
import { type DevIssuer, openDevIssuer, type Person } from '../../src/identity/dev-issuer.ts'
import { type SmallGraph, startSmallGraph } from './small-graph.ts'

export const ada: Person = { name: 'ada', userId: newId(new Date(0)), displayName: 'Ada', roles: ['user', 'analyst'] }

export const bob: Person = { name: 'bob', userId: newId(new Date(1)), displayName: 'Bob', roles: ['user'] }

export type TestGateway = AsyncDisposable & {
  readonly graph: SmallGraph
  readonly gateway: Gateway
  readonly url: string
  readonly metricsUrl: string
  readonly issuer: DevIssuer
  readonly token: (roles: readonly Role[], lifetimeS?: number) => Promise<string>
  /** POSTs a request to `/graphql`, for application/graphql-response+json. */
  readonly post: (body: object, headers?: Record<string, string>, signal?: AbortSignal) => Promise<Response>
  readonly sockets: (connectionParams?: Record<string, unknown>) => ReturnType<typeof createClient>
}

/** A listening gateway over two small subgraphs, reached in this process or over HTTP. */
export async function startTestGateway(
  options: { over?: 'local' | 'http'; log?: Logger; host?: string; port?: number; deps?: Partial<GatewayDeps> } = {},
): Promise<TestGateway> {
  const home = mkdtempSync(join(tmpdir(), 'planet-gateway-'))
  const viewerKey = newProcessKey()
  const graph = await startSmallGraph(options.over ?? 'local', viewerKey, options.log ?? silentLog)
  const issuer = await openDevIssuer(home)
  const gateway = await createGateway({
    mode: 'development',
    supergraphSdl: graph.supergraphSdl,
    transports: graph.transports,
    viewerKey,
    identity: { kind: 'development', issuer, people: [ada, bob] },
    log: options.log ?? silentLog,
    graphiql: null,
    ...options.deps,
  })
  const { host = '127.0.0.1', port = 0 } = options
  const { url, metricsUrl } = await gateway.listen({ host, port, metricsPort: 0 })
  if (metricsUrl === null) throw new Error('the gateway has metrics')
  return {
    graph,
    gateway,
    url,
    metricsUrl,
    issuer,
    token: (roles, lifetimeS = 60) => issuer.issueToken({ userId: ada.userId, roles, lifetimeS }),
    post: (body, headers = {}, signal = new AbortController().signal) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify(body),
        signal,
      }),
    sockets: (connectionParams = {}) =>
      createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 }),
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await graph[Symbol.asyncDispose]()
      rmSync(home, { recursive: true })
    },
  }
}
