import type { IncomingHttpHeaders } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import type { Abandonment } from '../abandonment.ts'
import type { Operation } from '../admission/admission.ts'
import { addBudgetHeaders } from '../admission/cost/budgets.ts'
import type { SentRequest } from '../admission/persisted-operations.ts'
import { type Answer, refusedWith, textsOf } from '../answer.ts'
import type { Identify } from '../identity/identify.ts'
import { maskErrors } from '../masking.ts'
import type { Operations } from '../operations.ts'
import { acceptedEncoding, COMPRESS_FROM_BYTES, compress } from './compression.ts'
import { corsHeadersOf } from './cors.ts'
import type { WireReply } from './front-server.ts'
import { statusOf } from './graphql-over-http.ts'
import type { Hosts } from './hosts.ts'
import type { MediaType } from './media-type.ts'

export type ReplyParts = {
  readonly hosts: Hosts
  readonly operations: Operations
  readonly identify: Identify
  /** Pages of these origins may ask, besides the gateway's own. */
  readonly allowedOrigins: readonly string[]
  /** Whether large answers are compressed for whoever takes them so. */
  readonly compression: boolean
  /** Proxies in front whose word is taken for where a request came from. */
  readonly trustedProxies: number
  readonly log: Logger
}

/** A GraphQL request, however it was read. */
export type Asked = {
  readonly sent: SentRequest
  /** Whether it may not change anything. */
  readonly isReadOnly: boolean
  readonly authorization: string | undefined
  readonly requestId: string
  /** Where on the network it came from. */
  readonly address: string
  /** Whether the answer is to say what it cost. */
  readonly wantsCost: boolean
  readonly abort: AbortController | Abandonment
  /** Streams a subscription, where the client takes a stream. */
  readonly watch?: (operation: Operation) => Promise<void>
}

/** An answer with what HTTP says about it; a status that is absent follows from the answer. */
export type Reply = {
  readonly answer: Answer
  readonly status?: number
  /** Names and values of headers by turns. */
  readonly headers?: readonly string[]
}

/** Runs a request. Never rejects. Null for one that is answered by a stream. */
export async function replyTo(parts: ReplyParts, asked: Asked): Promise<Reply | null> {
  const { operations } = parts
  const { requestId } = asked
  try {
    const identified = parts.identify(asked.authorization)
    const { viewer, authorization } = identified instanceof Promise ? await identified : identified
    const caller = { viewer, authorization, requestId, address: asked.address, wantsCost: asked.wantsCost, abort: asked.abort }
    const admission = operations.admit(asked.sent, viewer)
    if (!admission.ok) return { answer: await operations.refuse(admission.errors, caller) }
    const { operation } = admission
    const kind = operation.definition.operation
    if (kind === 'subscription') {
      if (asked.watch) {
        await asked.watch(operation)
        return null
      }
      const error = codedError('BAD_USER_INPUT', 'A subscription needs `accept: text/event-stream`, or a graphql-ws socket.')
      return { answer: refusedWith([error]) }
    }
    if (kind === 'mutation' && asked.isReadOnly) return refusal(405, 'A mutation needs POST.', 'POST')
    return { answer: await operations.answer(operation, caller) }
  } catch (error) {
    return { answer: failed(parts, requestId, error) }
  }
}

/** Refuses what is no request for us; what is left of its body is for nobody, so the connection ends with the answer. */
export const refusal = (status: number, message: string, allow?: string): Reply => ({
  answer: refusedWith([codedError('BAD_USER_INPUT', message)]),
  status,
  headers: ['connection', 'close', ...(allow === undefined ? [] : ['allow', allow])],
})

export const failed = ({ log }: ReplyParts, requestId: string, error: unknown): Answer =>
  refusedWith(maskErrors([error], requestId, log))

/** After that, what was too much at the moment may be over. */
const RETRY_AFTER_S = '1'

const CONTENT_TYPE: Readonly<Record<MediaType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
}

/** Writes a reply for a request with these headers. */
export function writeReply(
  parts: ReplyParts,
  { origin, 'accept-encoding': accepted }: Pick<IncomingHttpHeaders, 'origin' | 'accept-encoding'>,
  requestId: string,
  mediaType: MediaType,
  { answer, status = statusOf(answer, mediaType), headers: more = [] }: Reply,
): WireReply | Promise<WireReply> {
  const headers = [
    'content-type',
    CONTENT_TYPE[mediaType],
    'x-request-id',
    requestId,
    'x-content-type-options',
    'nosniff',
    'cache-control',
    'no-store',
    ...more,
  ]
  const { budget } = answer
  if (budget) {
    addBudgetHeaders(headers, budget)
    if (status === 429) headers.push('retry-after', String(budget.resetS))
  }
  if (origin !== undefined) headers.push(...corsHeadersOf({ origin }, parts.allowedOrigins))
  if (answer.dataTexts === undefined && status === 401) headers.push('www-authenticate', 'Bearer')
  if (status === 503) headers.push('retry-after', RETRY_AFTER_S)
  const body = textsOf(answer)
  let length = 0
  let bodyBytes = 0
  for (const text of body) {
    bodyBytes += Buffer.byteLength(text)
    length += text.length
  }
  // Without a character beyond ASCII both encodings are the same bytes, and this one is copied as it is.
  const encoding = bodyBytes === length ? 'latin1' : 'utf8'
  const compressed = parts.compression && bodyBytes >= COMPRESS_FROM_BYTES ? acceptedEncoding(accepted) : null
  if (!compressed) return { status, headers, body, bodyBytes, encoding }
  headers.push('content-encoding', compressed, 'vary', 'accept-encoding')
  return compress(Buffer.from(body.join('')), compressed).then((bytes) => ({
    status,
    headers,
    body: [bytes],
    bodyBytes: bytes.length,
    encoding,
  }))
}
