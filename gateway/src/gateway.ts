import type { KeyObject } from 'node:crypto'
import { CALLER_LIMITS } from '@planet/runtime/caller-limits'
import { codedError } from '@planet/runtime/errors'
import { heapLevel, overloaded, watchHeap } from '@planet/runtime/heap'
import { closeServer, listen } from '@planet/runtime/http'
import { leave } from '@planet/runtime/leaving'
import type { Logger } from '@planet/runtime/log'
import { MAX_ANSWER_BYTES } from '@planet/runtime/max-bytes'
import type { Viewer } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import { type Admission, createAdmission, type GraphqlRequest, type Operation } from './admission/admission.ts'
import { createBudgets } from './admission/cost/budgets.ts'
import { createCharged } from './admission/cost/charged.ts'
import { type Costs, createCosts } from './admission/cost/costs.ts'
import { createPersistedOperations, openSafelist } from './admission/persisted-operations.ts'
import type { GatewayOptions } from './config.ts'
import type { Engine } from './engine/engine.ts'
import { createEngine } from './engine/engines.ts'
import { createOperationRuns, REQUEST_DEADLINE_MS } from './engine/operation-runs.ts'
import { type Example, examplesForPage } from './graphiql/examples.ts'
import { startGraphiql } from './graphiql/graphiql.ts'
import { createBacklog } from './http/backlog.ts'
import { FrontServer } from './http/front-server.ts'
import type { ReplyParts } from './http/graphql-replies.ts'
import { createHosts } from './http/hosts.ts'
import { createMetricsServer } from './http/metrics-server.ts'
import { createPlainAnswers } from './http/plain-answers.ts'
import { createReadiness } from './http/readiness.ts'
import { createRequestListener } from './http/request-listener.ts'
import { identifyByToken, passedOn, passOnAuthorization, signedViewers } from './identity/identify.ts'
import { type Identity, refuseTokens, tokenVerifierOf } from './identity/identity.ts'
import { watchKeys } from './identity/key-watch.ts'
import { followRevocations, onceInformed, type RevocationFeed, type RevocationSource } from './identity/revocation-feed.ts'
import { createRevocations, type Revoked } from './identity/revocations.ts'
import type { Authenticated } from './identity/tokens.ts'
import { createMetrics, type GatewayStats } from './metrics.ts'
import type { Caller, Operations } from './operations.ts'
import { sharePublicReads } from './public-reads.ts'
import { createSubgraphCalls } from './subgraphs/subgraph-calls.ts'
import { guardAll } from './subgraphs/subgraph-guard.ts'
import type { EventStream, SubgraphTransport } from './subgraphs/transport.ts'
import { retryAfterMs } from './subscriptions/drain.ts'
import { createEventSourceServer } from './subscriptions/event-source-server.ts'
import { createGeneration, type Generation } from './subscriptions/generation.ts'
import { createHub, type Hub } from './subscriptions/hub.ts'
import { SOCKET_LIMITS } from './subscriptions/limits.ts'
import { createSocketServer } from './subscriptions/socket-server.ts'
import { streamOf } from './subscriptions/stream.ts'

const CLOSE_GRACE_MS = 5_000

export type GatewayDeps = Partial<Omit<GatewayOptions, 'mode'>> & {
  readonly mode: GatewayOptions['mode']
  /** The text of the composed supergraph. No subgraph is asked for its schema. */
  readonly supergraphSdl: string
  /** One per subgraph of the supergraph. The gateway closes them. */
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** Signs viewers for the subgraphs: an Ed25519 key, or in one process with all of them a key that never leaves it. */
  readonly viewerKey: KeyObject
  readonly identity: Identity
  readonly log: Logger
  /** Null serves no GraphiQL. It is built into `cacheFolder` in the background, once per version. */
  readonly graphiql: { readonly cacheFolder: string; readonly examples: readonly Example[] } | null
  /** Where to hear of tokens that were taken back elsewhere. Left out: only `revoke` takes any back. */
  readonly revocationsFrom?: RevocationSource
  /** Lines of `/metrics` about what else runs in this process, in the text format of Prometheus. */
  readonly moreMetrics?: () => readonly string[]
  /** Whether the database of this process is ready; left out where it has none. */
  readonly isReady?: () => Promise<boolean>
}

export type Gateway = AsyncDisposable & {
  /** Never rejects; answers within 5 s. Errors are masked as for any client. A program's own calls use up nobody's budget. */
  execute(request: GraphqlRequest, caller: Caller): Promise<ExecutionResult>
  /** A stream, or the one result that says why there is none. A query or mutation gives its result. */
  subscribe(request: GraphqlRequest, caller: Caller): Promise<EventStream | ExecutionResult>
  /** The query plan as text; rejects with a coded error for what cannot be planned. */
  explain(request: GraphqlRequest): Promise<string>
  /** Rejects with a message that names the variable if a port is taken. */
  listen(address: Address): Promise<Listening>
  /**
   * Serves another supergraph from now on, to new requests. Subscriptions go on with the schema that they were opened with.
   * Rejects, and changes nothing, for what `createGateway` would reject.
   */
  reload(supergraphSdl: string): Promise<void>
  /** Refuses tokens from now on and closes the sockets that were opened with them. */
  revoke(revoked: Revoked): void
  /** Counters for metrics. */
  stats(): GatewayStats
  /**
   * Not ready from now on, but serves for the lead, ending each connection with its next answer. Then takes no new connection,
   * tells subscriptions where to go on, lets requests in flight finish for at most 5 s, and closes what it was given to close.
   */
  close(): Promise<void>
}

/** Where a gateway is to listen. Port 0 takes any. */
export type Address = {
  readonly host: string
  readonly port: number
  /** Of `/metrics`, which are for operators alone; null or left out: nowhere. */
  readonly metricsPort?: number | null
}

export type Listening = {
  readonly url: string
  readonly port: number
  /** Null where it does not listen for them. */
  readonly metricsUrl: string | null
}

/** A schema with what answers its operations. */
type Served = Generation & { readonly admit: ReturnType<typeof createAdmission>; readonly costs: Costs }

/**
 * Joins the parts of a gateway; `listen` opens it to the network. Rejects in production with a development issuer, for a
 * supergraph that is none, and for a subgraph without a transport.
 */
export async function createGateway(deps: GatewayDeps): Promise<Gateway> {
  const { log, identity, maxAnswerBytes = MAX_ANSWER_BYTES } = deps
  if (deps.mode === 'production' && identity.kind === 'development') {
    throw new Error('The development issuer must not run in production: set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL.')
  }
  const ownVerifier = tokenVerifierOf(identity)
  const revocations = createRevocations(ownVerifier ?? refuseTokens, Date.now, { maxTokenLifeS: deps.maxTokenLifeS })
  let feed: RevocationFeed | undefined
  const verifyToken = deps.revocationsFrom ? onceInformed(revocations.verifyToken, () => feed) : revocations.verifyToken
  const identify = ownVerifier ? identifyByToken(verifyToken) : passOnAuthorization
  const credentialsOf = ownVerifier ? signedViewers(deps.viewerKey) : passedOn
  const subgraphs = guardAll(deps.transports, log)
  const calls = createSubgraphCalls(subgraphs, credentialsOf, log, deps.maxReplyBytes)
  const callerLimits = deps.callerLimits ?? CALLER_LIMITS
  const engines = new Set<Engine>()
  const startServing = async (supergraphSdl: string): Promise<Served> => {
    const engine = await createEngine(deps.engine ?? 'compiled', { supergraphSdl, calls, log, maxAnswerBytes })
    engines.add(engine)
    const missing = engine.subgraphs.filter((name) => !deps.transports[name])
    if (missing.length > 0) throw new Error(`These subgraphs have no transport: ${missing.join(', ')}.`)
    const admit = createAdmission(engine.schema, { introspection: deps.introspection ?? deps.mode === 'development' })
    const costs = createCosts(supergraphSdl, engine.schema, callerLimits)
    return { ...createGeneration(engine, supergraphSdl), admit, costs }
  }
  let served = await startServing(deps.supergraphSdl)
  const admit: Served['admit'] = (request) => served.admit(request)
  const admitSent = createPersistedOperations(admit, {
    isOpen: deps.persistedQueries ?? true,
    safelist: deps.safelist ? openSafelist(deps.safelist, admit, log) : null,
  })
  const bounded = (admission: Admission, viewer: Viewer | null): Admission => {
    const excess = admission.ok ? served.costs.findExcess(admission.operation, viewer) : null
    return excess ? { ok: false, errors: [excess] } : admission
  }
  const limits = { ...SOCKET_LIMITS, ...deps.socketLimits }
  const hub = createHub({ ...limits, calls, log })
  const metrics = createMetrics({
    engine: () => served.engine,
    subgraphs,
    streams: () => stats(),
    revocations: () => ({ kept: revocations.size(), isHearing: feed?.isHearing() ?? null }),
    more: deps.moreMetrics ?? (() => []),
  })

  const runs = createOperationRuns(log, maxAnswerBytes)
  // An operation is run by the engine of the schema that admitted it: between the two nothing waits.
  const executeOperation = async (operation: Operation, caller: Caller): Promise<ExecutionResult> => {
    const result = await runs.execute(operation, { ...caller, engine: served.engine })
    return metrics.counted(result, Boolean(result.data))
  }
  const answerOperation = deps.sharePublicReads ? sharePublicReads(runs.answer) : runs.answer
  const watch: Hub['subscribe'] = (generation, operation, viewer, subscriber, wish) => {
    metrics.count('subscribed')
    return hub.subscribe(generation, operation, viewer, subscriber, wish)
  }
  const charged = createCharged({ budgets: createBudgets(callerLimits), served: () => served, answer: answerOperation, watch })
  const operations: Operations = {
    admit(request, viewer) {
      const admission = shed() ?? bounded(admitSent(request, viewer), viewer)
      if (!admission.ok) metrics.count('refused')
      return admission
    },
    execute: executeOperation,
    async answer(operation, caller) {
      const answer = await charged.answer(operation, caller)
      return metrics.counted(answer, answer.dataTexts !== undefined && answer.dataTexts[0] !== 'null')
    },
    refuse: charged.refuse,
    watch: charged.watch,
  }

  const stopWatching = watchHeap()
  const graphiql =
    deps.graphiql &&
    startGraphiql({
      cacheFolder: deps.graphiql.cacheFolder,
      config: () => examplesForPage(deps.graphiql?.examples ?? [], identity.kind === 'development' ? identity : null),
      log,
    })

  const allowedOrigins = deps.allowedOrigins ?? []
  const trustedProxies = deps.trustedProxies ?? 0
  const backlog = createBacklog(limits.allBufferedBytes)
  const eventSources = createEventSourceServer({ backlog, operations, verifyToken, allowedOrigins, trustedProxies, limits })
  let isClosing = false
  const hosts = createHosts(deps.hosts ?? [])
  const replyParts: ReplyParts = {
    hosts,
    operations,
    identify,
    allowedOrigins,
    compression: deps.compression ?? true,
    trustedProxies,
    log,
  }
  const lookAtParts = createReadiness(subgraphs, deps.isReady, () => feed?.isInformed())
  const readiness = async () => {
    const { isReady, parts } = await lookAtParts()
    return { isReady: isReady && !isClosing, parts }
  }
  const server = new FrontServer(
    createRequestListener({ ...replyParts, backlog, eventSources, verifyToken, graphiql, readiness }),
    createPlainAnswers(replyParts),
    backlog,
  )
  const sockets = createSocketServer({
    hosts,
    backlog,
    operations,
    verifyToken,
    allowedOrigins,
    trustedProxies,
    limits,
    maxAnswerBytes,
    log,
  })
  server.on('upgrade', sockets.upgrade)
  const metricsHosts = createHosts(deps.hosts ?? [])
  const metricsServer = createMetricsServer(metrics, metricsHosts)
  const closeOpenedWith = (isRevoked: (authenticated: Authenticated) => boolean) => {
    sockets.closeRevoked(isRevoked)
    eventSources.endRevoked(isRevoked)
  }
  const closeRevoked = () => {
    closeOpenedWith(revocations.isRevoked)
    // What a token was just taken for is open by then.
    setImmediate(() => closeOpenedWith(revocations.isRevoked))
  }
  const keyWatch = watchKeys(
    verifyToken,
    () => [...sockets.authenticated(), ...eventSources.authenticated()],
    (unproven) => closeOpenedWith((authenticated) => unproven.has(authenticated)),
  )
  if (deps.revocationsFrom)
    feed = followRevocations({
      source: deps.revocationsFrom,
      calls,
      since: revocations.since,
      onRevoked(revoked) {
        const news = revoked.filter((each) => revocations.revoke(each.revoked, each.atMs))
        if (news.length > 0) closeRevoked()
      },
      log,
    })
  const stats = (): GatewayStats => ({
    ...hub.stats(),
    sockets: sockets.size(),
    eventSources: eventSources.size(),
    cut: backlog.cut(),
  })

  const close = async () => {
    if (isClosing) return
    isClosing = true
    await leave(server, deps.stopLeadMs ?? 0)
    stopWatching()
    keyWatch.close()
    await feed?.close()
    const stopListening = server.listening ? closeServer(server, CLOSE_GRACE_MS) : Promise.resolve()
    hub.refuse()
    eventSources.drain(retryAfterMs)
    await sockets.drain(CLOSE_GRACE_MS, () => {
      const left = hub.stats().subscriptions
      hub.drain(() => retryAfterMs(left))
    })
    await stopListening
    if (metricsServer.listening) await closeServer(metricsServer, 0)
    await Promise.all([
      ...[...engines].map((engine) => engine.close()),
      graphiql?.close(),
      ...Object.values(subgraphs).map((subgraph) => subgraph.close()),
    ])
  }

  return {
    async execute(request, caller) {
      const admission = shed() ?? bounded(admit(request), caller.viewer)
      if (!admission.ok) return { errors: admission.errors }
      if (admission.operation.definition.operation === 'subscription') return { errors: [wrongTransport()] }
      return executeOperation(admission.operation, caller)
    },
    async subscribe(request, caller) {
      const admission = shed() ?? bounded(admit(request), caller.viewer)
      if (!admission.ok) return { errors: admission.errors }
      const { operation } = admission
      if (operation.definition.operation !== 'subscription') return executeOperation(operation, caller)
      const { signal } = caller.abort ?? new AbortController()
      return streamOf((subscriber) => watch(served, operation, caller.viewer, subscriber), signal)
    },
    async explain(request) {
      const admission = admit(request)
      if (admission.ok) return served.engine.explain(admission.operation)
      throw admission.errors[0] ?? new Error('a refusal has a reason')
    },
    async listen({ host, port, metricsPort = null }) {
      const urlOf = (taken: number) => `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
      const taken = await listen(server, port, host)
      hosts.listensOn(host, taken)
      if (metricsPort === null) return { url: urlOf(taken), port: taken, metricsUrl: null }
      const forMetrics = await listen(metricsServer, metricsPort, host, 'PLANET_METRICS_PORT')
      metricsHosts.listensOn(host, forMetrics)
      return { url: urlOf(taken), port: taken, metricsUrl: `${urlOf(forMetrics)}/metrics` }
    },
    async reload(supergraphSdl) {
      const before = served
      served = await startServing(supergraphSdl)
      void before.retire().then(async () => {
        // What it answers at the moment has until then.
        await new Promise((resolve) => setTimeout(resolve, REQUEST_DEADLINE_MS).unref())
        if (engines.delete(before.engine)) await before.engine.close()
      })
    },
    revoke(revoked) {
      revocations.revoke(revoked)
      closeRevoked()
    },
    stats,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Why nothing new is begun at the moment; null if it is. */
const shed = (): Admission | null => (heapLevel() === 'relaxed' ? null : { ok: false, errors: [overloaded()] })

const wrongTransport = () => codedError('BAD_USER_INPUT', 'A subscription needs a graphql-ws socket, on the same path.')
