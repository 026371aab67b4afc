import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError, type GraphQLSchema, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { codedError } from './errors.ts'
import { EXCHANGE_HEADER } from './exchange-header.ts'
import {
  abortWhenAbandoned,
  closeServer,
  closeSockets,
  listen,
  readJson,
  requestIdOf,
  SERVER_OPTIONS,
  sendJson,
  sendLargeJson,
} from './http.ts'
import { leave } from './leaving.ts'
import type { Logger } from './log.ts'
import { nestsDeeper } from './nesting.ts'
import { http } from './node-http.ts'
import { PatientResponse } from './patient-response.ts'
import { MAX_NESTING, MAX_TOKENS, type Subgraph, type SubgraphRequest } from './subgraph.ts'
import { type ViewerProof, viewerFaultOf } from './viewer-token.ts'

/** The header in which the gateway sends the signed viewer. */
export const VIEWER_HEADER = 'planet-viewer'
/** What a gateway's operation may weigh: the public limit of a request and the keys of a page's entities. */
const MAX_BODY_BYTES = 2 * 1024 * 1024
const CLOSE_GRACE_MS = 5_000

/** A subgraph behind a port, for running apart. `close` is not ready for the lead, then lets requests in flight finish, at most 5 s. */
export type ServedSubgraph = AsyncDisposable & { readonly url: string; readonly port: number; close(): Promise<void> }

const Body = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

/** What rides on a `subscribe` message: the gateway signs per subscription, because a socket outlives a token. */
const Extensions = z.object({ viewerToken: z.string(), requestId: z.string() }).partial()

type Readiness = { readonly isReady: boolean; readonly parts: { readonly database?: 'ready' | 'not ready' } }

/**
 * Puts `subgraph` behind a port: `POST /graphql`, graphql-ws on the same path, `/healthz` and `/readyz`. Meant for the
 * gateway alone: a call without a signed viewer is UNAUTHENTICATED (HTTP 401), and nothing else of it is read. Neither starts
 * nor closes the subgraph. Left out, `stopLeadMs` is 0.
 */
export async function serve(
  subgraph: Subgraph,
  options: {
    readonly port: number
    readonly host: string
    readonly log: Logger
    /** Whether the database is ready; left out where there is none. */
    readonly isReady?: () => Promise<boolean>
    /** For so long it serves on once it is to close, but is not ready. */
    readonly stopLeadMs?: number
  },
): Promise<ServedSubgraph> {
  let isClosing = false
  const readiness = async (): Promise<Readiness> => {
    const database = await options.isReady?.()
    const parts = database === undefined ? {} : { database: database ? ('ready' as const) : ('not ready' as const) }
    return { isReady: !isClosing && database !== false, parts }
  }
  const server = http.createServer({ ...SERVER_OPTIONS, ServerResponse: PatientResponse }, (request, response) => {
    answer(subgraph, readiness, request, response).catch((error: unknown) => {
      if (response.destroyed) return
      options.log.error({ err: error, subgraph: subgraph.name }, 'a request failed')
      sendJson(response, 500, { errors: [codedError('INTERNAL', 'Something went wrong on our side.')] })
    })
  })
  const sockets = serveSockets(subgraph)
  server.on('upgrade', (request, socket, head) => {
    if (pathOf(request) !== '/graphql') return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  const port = await listen(server, options.port, options.host)
  const close = async () => {
    isClosing = true
    await leave(server, options.stopLeadMs ?? 0)
    await Promise.all([closeSockets(sockets, CLOSE_GRACE_MS), closeServer(server, CLOSE_GRACE_MS)])
  }
  return { url: `http://${options.host}:${port}/graphql`, port, close, [Symbol.asyncDispose]: close }
}

const pathOf = (request: IncomingMessage) => (request.url ?? '').split('?', 1)[0]

const EXCHANGE_ID = /^[\w.-]{1,64}$/

async function answer(
  subgraph: Subgraph,
  readiness: () => Promise<Readiness>,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const exchangeId = request.headers[EXCHANGE_HEADER]
  if (typeof exchangeId === 'string' && EXCHANGE_ID.test(exchangeId)) response.setHeader(EXCHANGE_HEADER, exchangeId)
  switch (pathOf(request)) {
    case '/healthz':
      return sendJson(response, 200, { status: 'ok' })
    case '/readyz': {
      const { isReady, parts } = await readiness()
      return sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', parts })
    }
    case '/graphql':
      return answerGraphql(subgraph, request, response)
    default:
      return sendJson(response, 404, { message: 'Nothing is here.' })
  }
}

async function answerGraphql(subgraph: Subgraph, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST') return sendJson(response, 405, { message: 'Use POST.' }, { allow: 'POST' })
  const token = request.headers[VIEWER_HEADER]
  const viewerToken = typeof token === 'string' ? token : undefined
  const proof = await proofOf(subgraph, viewerToken)
  // The body is for nobody, as is what is left of one that is refused: the connection ends with the answer.
  if (proof instanceof GraphQLError) return sendJson(response, 401, { errors: [proof] }, { connection: 'close' })
  const body = await readJson(request, MAX_BODY_BYTES)
  if (!body.ok)
    return sendJson(response, body.status, { errors: [codedError('BAD_USER_INPUT', body.message)] }, { connection: 'close' })
  const parsed = Body.safeParse(body.value)
  if (!parsed.success) return sendJson(response, 400, { errors: [codedError('BAD_USER_INPUT', 'This is no GraphQL request.')] })
  const result = await subgraph.execute({
    query: parsed.data.query,
    operationName: parsed.data.operationName || undefined,
    variables: parsed.data.variables ?? undefined,
    viewerToken,
    proof,
    body: body.bytes,
    requestId: requestIdOf(request),
    signal: abortWhenAbandoned(response).signal,
  })
  const isRefused = result.data === undefined && result.errors?.some((error) => viewerFaultOf(error) !== null)
  await sendLargeJson(response, isRefused ? 401 : 200, result)
}

async function proofOf(subgraph: Subgraph, viewerToken: string | undefined): Promise<ViewerProof | GraphQLError> {
  try {
    return await subgraph.prove(viewerToken)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

/** graphql-ws wants execution arguments; the subgraph brings its own, so the request rides in the context. */
type SocketArgs = {
  readonly schema: GraphQLSchema
  readonly document: ReturnType<typeof parse>
  readonly contextValue: SubgraphRequest
}

/** What a socket's open operations need to be stopped. */
type SocketExtra = { aborts?: Map<string, AbortController> }

function serveSockets(subgraph: Subgraph): WebSocketServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES })
  // The arguments are those that `onSubscribe` made.
  const requestOf = (args: unknown) => (args as SocketArgs).contextValue
  const stop = (extra: SocketExtra, id: string) => {
    extra.aborts?.get(id)?.abort()
    extra.aborts?.delete(id)
  }
  useServer<Record<string, unknown>, SocketExtra>(
    {
      // Keeps the messages of errors out of close reasons.
      isProd: true,
      async onSubscribe({ extra }, id, payload): Promise<SocketArgs | readonly GraphQLError[]> {
        const extensions = Extensions.safeParse(payload.extensions ?? {}).data ?? {}
        // Before anything is awaited, so that an end that comes meanwhile finds it.
        const abort = new AbortController()
        extra.aborts ??= new Map()
        extra.aborts.set(id, abort)
        const proof = await proofOf(subgraph, extensions.viewerToken)
        const refuse = (error: GraphQLError) => {
          extra.aborts?.delete(id)
          return [error]
        }
        if (proof instanceof GraphQLError) return refuse(proof)
        const document = parseOrError(payload.query)
        if (document instanceof GraphQLError) return refuse(document)
        return {
          schema: subgraph.schema,
          document,
          contextValue: {
            query: payload.query,
            operationName: payload.operationName || undefined,
            variables: payload.variables ?? undefined,
            viewerToken: extensions.viewerToken,
            proof,
            requestId: extensions.requestId ?? id,
            signal: abort.signal,
          },
        }
      },
      execute: (args) => subgraph.execute(requestOf(args)),
      subscribe: (args) => subgraph.subscribe(requestOf(args)),
      onComplete: ({ extra }, id) => stop(extra, id),
      onError: ({ extra }, id) => stop(extra, id),
      onClose({ extra }) {
        for (const abort of extra.aborts?.values() ?? []) abort.abort()
      },
    },
    server,
  )
  return server
}

function parseOrError(query: string) {
  try {
    if (nestsDeeper(query, MAX_NESTING)) return codedError('GRAPHQL_VALIDATION_FAILED', 'Brackets stand too deep in one another.')
    return parse(query, { maxTokens: MAX_TOKENS, noLocation: true })
  } catch (error) {
    return codedError('GRAPHQL_PARSE_FAILED', error instanceof GraphQLError ? error.message : 'The document cannot be parsed.')
  }
}
