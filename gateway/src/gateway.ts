import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { closeServer, closeSockets, listen } from '@planet/runtime/http'
import type { Logger } from '@planet/runtime/log'
import { createViewerSigner } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import { createAdmission, type GraphqlRequest, type Operation } from './admission.ts'
import type { Call } from './call.ts'
import type { DevIssuer } from './dev-issuer.ts'
import { createApolloEngine } from './engine/apollo-engine.ts'
import { type Example, examplesForPage, type Person } from './graphiql/examples.ts'
import { startGraphiql } from './graphiql/graphiql.ts'
import { failedResult, maskResult } from './masking.ts'
import type { Caller, Operations } from './operations.ts'
import { createRequestListener } from './request-listener.ts'
import { createSubgraphCalls } from './subgraph-calls.ts'
import { createSocketServer } from './subscriptions/socket-server.ts'
import { subscribe } from './subscriptions/subscribe.ts'
import type { TokenVerifier } from './tokens.ts'
import type { EventStream, SubgraphTransport } from './transport.ts'

/** An operation of an application is answered by then, with what is there. */
export const REQUEST_DEADLINE_MS = 5_000
const CLOSE_GRACE_MS = 5_000

/** Who issues access tokens: an identity provider, or in development an issuer of ours with named people. */
export type Identity =
  | { readonly kind: 'provider'; readonly verifyToken: TokenVerifier }
  | { readonly kind: 'development'; readonly issuer: DevIssuer; readonly people: readonly Person[] }

export type GatewayDeps = {
  readonly mode: 'development' | 'production'
  /** The text of the composed supergraph. No subgraph is asked for its schema. */
  readonly supergraphSdl: string
  /** One per subgraph of the supergraph. The gateway closes them. */
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** Shared with the subgraphs, at least 32 bytes; signs viewers. */
  readonly viewerSecret: Uint8Array
  readonly identity: Identity
  readonly log: Logger
  /** False hides the schema: no introspection, no suggestions in messages. Default true. */
  readonly introspection?: boolean
  /** Pages of these origins may open sockets, besides the gateway's own. */
  readonly allowedOrigins?: readonly string[]
  /** Null serves no GraphiQL. It is built into `cacheFolder` in the background, once per version. */
  readonly graphiql: { readonly cacheFolder: string; readonly examples: readonly Example[] } | null
  /** Whether what the gateway stands on is ready, e.g. the database. */
  readonly isReady?: () => Promise<boolean>
}

export type Gateway = AsyncDisposable & {
  /** Never rejects; answers within 5 s. Errors are masked as for any client. */
  execute(request: GraphqlRequest, caller: Caller): Promise<ExecutionResult>
  /** A stream, or the one result that says why there is none. A query or mutation gives its result. */
  subscribe(request: GraphqlRequest, caller: Caller): Promise<EventStream | ExecutionResult>
  /** The query plan as text; throws a coded error for what cannot be planned. */
  explain(request: GraphqlRequest): string
  /** Rejects with a message that names the variable if the port is taken. `port` 0 takes any. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly url: string; readonly port: number }>
  /** Not ready from now on, lets requests in flight finish for at most 5 s, then closes everything it was given to close. */
  close(): Promise<void>
}

/**
 * Joins the parts of a gateway; `listen` opens it to the network. Rejects in production with a development issuer, for a
 * supergraph that is none, and for a subgraph without a transport.
 */
export async function createGateway(deps: GatewayDeps): Promise<Gateway> {
  const { log, identity } = deps
  if (deps.mode === 'production' && identity.kind === 'development') {
    throw new Error('The development issuer must not run in production: set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL.')
  }
  const verifyToken = identity.kind === 'development' ? identity.issuer.verifyToken : identity.verifyToken
  const calls = createSubgraphCalls(deps.transports, createViewerSigner(deps.viewerSecret), log)
  const engine = await createApolloEngine({ supergraphSdl: deps.supergraphSdl, calls, log })
  const missing = engine.subgraphs.filter((name) => !deps.transports[name])
  if (missing.length > 0) throw new Error(`These subgraphs have no transport: ${missing.join(', ')}.`)
  const admit = createAdmission(engine.schema, { introspection: deps.introspection ?? true })

  const executeOperation = async (operation: Operation, caller: Caller): Promise<ExecutionResult> => {
    const requestId = caller.requestId ?? randomUUID()
    const deadline = AbortSignal.timeout(REQUEST_DEADLINE_MS)
    const signal = caller.signal ? AbortSignal.any([caller.signal, deadline]) : deadline
    try {
      return maskResult(await engine.execute(operation, { viewer: caller.viewer, requestId, signal }), requestId, log)
    } catch (error) {
      return failedResult(error, requestId, log)
    }
  }
  const subscribeOperation = async (operation: Operation, caller: Caller): Promise<EventStream | ExecutionResult> => {
    const call: Call = {
      viewer: caller.viewer,
      requestId: caller.requestId ?? randomUUID(),
      signal: caller.signal ?? new AbortController().signal,
    }
    try {
      return await subscribe({ engine, calls, log }, operation, call)
    } catch (error) {
      return failedResult(error, call.requestId, log)
    }
  }
  const operations: Operations = { admit, execute: executeOperation, subscribe: subscribeOperation }

  const graphiql =
    deps.graphiql &&
    startGraphiql({
      cacheFolder: deps.graphiql.cacheFolder,
      config: () => examplesForPage(deps.graphiql?.examples ?? [], identity.kind === 'development' ? identity : null),
      log,
    })

  let isClosing = false
  const server = createServer(
    createRequestListener({
      operations,
      verifyToken,
      graphiql,
      isReady: async () => !isClosing && (deps.isReady ? await deps.isReady() : true),
      log,
    }),
  )
  const sockets = createSocketServer({
    operations,
    verifyToken,
    allowedOrigins: deps.allowedOrigins ?? [],
    schema: engine.schema,
    log,
  })
  server.on('upgrade', sockets.upgrade)

  const close = async () => {
    if (isClosing) return
    isClosing = true
    const stopListening = server.listening ? closeServer(server, CLOSE_GRACE_MS) : Promise.resolve()
    await Promise.all([closeSockets(sockets.server, CLOSE_GRACE_MS), stopListening])
    await Promise.all([
      engine.close(),
      graphiql?.close(),
      ...Object.values(deps.transports).map((transport) => transport.close()),
    ])
  }

  return {
    async execute(request, caller) {
      const admission = admit(request)
      if (!admission.ok) return { errors: admission.errors }
      if (admission.operation.definition.operation === 'subscription') return { errors: [wrongTransport()] }
      return executeOperation(admission.operation, caller)
    },
    async subscribe(request, caller) {
      const admission = admit(request)
      if (!admission.ok) return { errors: admission.errors }
      const { operation } = admission
      return operation.definition.operation === 'subscription'
        ? subscribeOperation(operation, caller)
        : executeOperation(operation, caller)
    },
    explain(request) {
      const admission = admit(request)
      if (admission.ok) return engine.explain(admission.operation)
      throw admission.errors[0] ?? new Error('a refusal has a reason')
    },
    async listen({ host, port }) {
      const taken = await listen(server, port, host)
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, port: taken }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const wrongTransport = () => codedError('BAD_USER_INPUT', 'A subscription needs a graphql-ws socket, on the same path.')
