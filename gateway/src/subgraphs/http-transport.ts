import { isAscii } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { codedError } from '@planet/runtime/errors'
import { LogMark, markOf, resultOfMark } from '@planet/runtime/event-log/log-mark'
import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'
import { MAX_REPLY_BYTES } from '@planet/runtime/max-bytes'
import { VIEWER_HEADER } from '@planet/runtime/serve'
import type { SubgraphRequest } from '@planet/runtime/subgraph'
import { bodyOf } from '@planet/runtime/viewer-token'
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { z } from 'zod'
import { LONGEST_TEXT } from '../engine/replies/reply-windows.ts'
import { createEventQueue } from './event-stream.ts'
import { createHttpPool, type PoolRequest } from './http-pool.ts'
import type { HttpReply } from './http-reply.ts'
import { MAX_ERRORS_OF_REPLY } from './subgraph-errors.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'
import type { SubgraphTransport, TransportRequest } from './transport.ts'
import { Unanswered } from './unanswered.ts'

const CONNECTIONS = 64
const CONNECT_TIMEOUT_MS = 1_000
const READY_TIMEOUT_MS = 1_000
/** Events that may wait for a slow subscriber before it is cut off. */
const MAX_WAITING_EVENTS = 1_000
const HEARTBEAT_MS = 10_000
const PONG_TIMEOUT_MS = 5_000

const ErrorEntry = z.looseObject({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
})
const ErrorEntries = z.array(ErrorEntry)

/** Errors of a reply become errors again; their location in the gateway's own query is nobody's business. */
function resultOf(reply: unknown): ExecutionResult {
  if (!isObject(reply)) throw new Error('a reply is no object')
  const { data, errors } = reply
  if (data !== undefined && data !== null && !isObject(data)) throw new Error('the data of a reply is no object')
  const faults = errors === undefined ? undefined : ErrorEntries.parse(firstOf(errors)).map(errorOf)
  if (data === undefined) return faults ? { errors: faults } : {}
  return faults ? { data, errors: faults } : { data }
}

const firstOf = (errors: unknown) => (Array.isArray(errors) ? errors.slice(0, MAX_ERRORS_OF_REPLY) : errors)

function eventOf(reply: Parameters<typeof markOf>[0]): ExecutionResult {
  const cursor = markOf(reply)
  return cursor === null ? resultOf(reply) : resultOfMark(new LogMark(cursor))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const errorOf = (
  error: Pick<GraphQLFormattedError, 'message'> & {
    path?: readonly (string | number)[] | undefined
    extensions?: Record<string, unknown> | undefined
  },
) => new GraphQLError(error.message, { path: error.path ?? null, extensions: error.extensions ?? null })

/**
 * Reaches a subgraph behind `serve`: HTTP with kept-alive connections, subscriptions over one graphql-ws socket. A reply or
 * an event of more than `maxReplyBytes` is not read.
 */
export function createHttpTransport(url: string, maxReplyBytes = MAX_REPLY_BYTES): SubgraphTransport {
  const target = new URL(url)
  const pool = createHttpPool(target, {
    connections: CONNECTIONS,
    maxReplyBytes,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  })
  let sockets: Client | undefined
  // So that no other gateway behind the same proxy has the same names.
  const name = randomBytes(6).toString('base64url')
  let asked = 0
  const opening = openingOf(target)
  const ask: SubgraphTransport['ask'] = (request, take, fail) => {
    const body = request.body ?? bodyOf(request)
    const bodyBytes = Buffer.byteLength(body)
    const exchangeId = `${name}.${(asked++).toString(36)}`
    const sent: PoolRequest = {
      text: messageOf(opening, request, exchangeId, body, bodyBytes),
      exchangeId,
      isAscii: bodyBytes === body.length,
      signal: request.abandonment ?? request.signal,
      timeoutMs: request.timeoutMs,
    }
    pool.exchange(
      sent,
      (reply) => {
        let answer: SubgraphAnswer
        try {
          request.weigh?.(reply.bytes.length)
          answer = answerOf(reply, request.parse)
        } catch (error) {
          fail(error)
          return
        }
        take(answer)
      },
      fail,
    )
  }
  return {
    ask,
    execute: (request) => new Promise((resolve, reject) => ask(request, resolve, reject)),
    async subscribe(request) {
      sockets ??= connectSockets(target, maxReplyBytes)
      return openStream(sockets, request)
    },
    knock: pool.knock,
    withdraw: pool.withdraw,
    isReady: () =>
      new Promise((resolve) =>
        pool.exchange(
          { text: readinessOf(target), isAscii: true, signal: new AbortController().signal, timeoutMs: READY_TIMEOUT_MS },
          // A server that is none of ours may know no such address, and serve.
          ({ status }) => resolve(status < 500),
          () => resolve(false),
        ),
      ),
    async close() {
      await sockets?.dispose()
      pool.close()
    },
  }
}

const LINE_FEED = 0x0a

function answerOf({ status, bytes, isCompact }: HttpReply, parse: SubgraphOperation['parse']): SubgraphAnswer {
  // Said by what stands in front of a subgraph and cannot reach it.
  if (status >= 502 && status <= 504) throw new Unanswered('broken', new Error(`a subgraph answered HTTP ${status}`))
  if (status !== 200 && status !== 401) throw new Error(`a subgraph answered HTTP ${status}`)
  const body = bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes
  const text = body.length > LONGEST_TEXT && isAscii(body) ? undefined : body.toString()
  const isPlain = !(text ?? body).includes('\\')
  if (parse && isPlain && isCompact) {
    const data = parse(body, text)
    if (data) return { data, isPlain }
  }
  const { data, errors } = resultOf(JSON.parse(text ?? body.toString('latin1')))
  if (errors) return data === undefined ? { errors, isPlain } : { data, errors, isPlain }
  return data === undefined ? { isPlain } : { data, isPlain }
}

/** What all requests begin with. */
const openingOf = (target: URL) =>
  `POST ${target.pathname}${target.search} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\nx-request-id: `

const readinessOf = ({ host }: URL) => `GET /readyz HTTP/1.1\r\nhost: ${host}\r\n\r\n`

const REQUEST_ID = /^[\x21-\x7e]+$/
const HEADER_VALUE = /^[\x20-\x7e]+$/

/** The whole text of a request. Throws for a request id or an authorization that would break out of its header. */
function messageOf(
  opening: string,
  { viewerToken, authorization, requestId }: TransportRequest,
  exchangeId: string,
  body: string,
  bodyBytes: number,
): string {
  if (!REQUEST_ID.test(requestId)) throw new Error('a request id is no header')
  let who = `\r\n${EXCHANGE_HEADER}: ${exchangeId}`
  if (viewerToken !== undefined) who += `\r\n${VIEWER_HEADER}: ${viewerToken}`
  if (authorization !== undefined) {
    if (!HEADER_VALUE.test(authorization)) throw new Error('an authorization is no header')
    who += `\r\nauthorization: ${authorization}`
  }
  return `${opening}${requestId}${who}\r\ncontent-length: ${bodyBytes}\r\n\r\n${body}`
}

/** Opened by the first subscription, shared by all, closed soon after the last. The viewer is signed per subscription. */
function connectSockets(target: URL, maxPayload: number): Client {
  class BoundedSocket extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { maxPayload, handshakeTimeout: CONNECT_TIMEOUT_MS })
    }
  }
  const address = new URL(target)
  address.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:'
  let dead: NodeJS.Timeout | undefined
  const client = createClient({
    url: address.href,
    webSocketImpl: BoundedSocket,
    lazy: true,
    retryAttempts: 0,
    keepAlive: HEARTBEAT_MS,
    on: {
      ping(isReceived) {
        // A machine that is gone closes nothing.
        if (!isReceived) dead = setTimeout(() => client.terminate(), PONG_TIMEOUT_MS).unref()
      },
      pong: () => clearTimeout(dead),
      closed: () => clearTimeout(dead),
    },
  })
  return client
}

function openStream(sockets: Client, request: SubgraphRequest) {
  const queue = createEventQueue({
    limit: MAX_WAITING_EVENTS,
    onOverflow: () => ({ errors: [codedError('SLOW_CONSUMER', 'Events came faster than they were read. Subscribe again.')] }),
    onReturn: () => dispose(),
  })
  const leave = () => void queue.stream.return()
  const finish = (last?: ExecutionResult) => {
    request.signal.removeEventListener('abort', leave)
    queue.end(last)
  }
  const dispose = sockets.subscribe(
    {
      query: request.query,
      ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
      ...(request.variables === undefined ? {} : { variables: request.variables }),
      extensions: { viewerToken: request.viewerToken, requestId: request.requestId },
    },
    {
      next(reply) {
        try {
          queue.push(eventOf(reply))
        } catch (error) {
          finish({ errors: [unreachable(error)] })
          dispose()
        }
      },
      // Either the subgraph's refusal, a list of errors, or the end of the socket.
      error: (fault) => finish({ errors: Array.isArray(fault) ? errorsOf(fault) : [unreachable(fault)] }),
      complete: () => finish(),
    },
  )
  if (request.signal.aborted) leave()
  else request.signal.addEventListener('abort', leave, { once: true })
  return queue.stream
}

function errorsOf(fault: readonly unknown[]): readonly GraphQLError[] {
  try {
    return resultOf({ errors: fault }).errors ?? []
  } catch (error) {
    return [unreachable(error)]
  }
}

const unreachable = (cause: unknown) =>
  codedError(
    'UNAVAILABLE',
    'A part of the graph cannot be reached. Try again.',
    {},
    { cause: cause instanceof Error ? cause : undefined },
  )
