import { givenRequestId } from '@planet/runtime/http'
import { isYes } from '../admission/cost/price.ts'
import { addressOf } from './address.ts'
import type { AnswerPlain } from './front-server.ts'
import { parsed } from './graphql-over-http.ts'
import { failed, type ReplyParts, replyTo, writeReply } from './graphql-replies.ts'
import { acceptedMediaType, acceptsEventStream } from './media-type.ts'

/** Answers GraphQL requests that are plain, as the request listener would. */
export const createPlainAnswers =
  (parts: ReplyParts): AnswerPlain =>
  (request, abort, connection) => {
    if (!parts.hosts.knows(request.host, connection)) return null
    const mediaType = acceptedMediaType(request.accept)
    const read = parsed(request.value, false)
    if (!mediaType || !read.ok || acceptsEventStream(request.accept)) return null
    const { authorization } = request
    const requestId = givenRequestId(request.requestId)
    const address = addressOf(connection.remoteAddress, request.forwardedFor, parts.trustedProxies)
    const wantsCost = isYes(request.wantsCost)
    const asked = { sent: read.request, isReadOnly: false, authorization, requestId, abort, address, wantsCost }
    const headers = { origin: request.origin, 'accept-encoding': request.acceptEncoding }
    return replyTo(parts, asked)
      .then((reply) => {
        if (!reply) throw new Error('a stream was asked for by nobody')
        return writeReply(parts, headers, requestId, mediaType, reply)
      })
      .catch((error: unknown) =>
        writeReply(parts, {}, requestId, 'application/json', { answer: failed(parts, requestId, error), status: 500 }),
      )
  }
