import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { WebSocketServer } from 'ws'
import { jsonInSlices } from './json-texts.ts'
import { inSlices, Work } from './slices.ts'

export type JsonBody =
  | { readonly ok: true; readonly value: unknown; readonly bytes: Buffer }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly message: string }

/**
 * The body of a request as JSON, of at most `maxBytes`. Only `application/json` in UTF-8 is read: a browser cannot send it
 * to another origin without asking first. Rejects only if the connection breaks.
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const { 'content-type': type = '', 'content-encoding': encoding, 'content-length': length } = request.headers
  if (!isJsonType(type)) return refused(415, 'The content type must be application/json, in UTF-8.')
  if (encoding !== undefined && encoding !== 'identity') return refused(415, 'A request body must not be compressed.')
  const body = Number(length ?? 0) > maxBytes ? null : await readBody(request, maxBytes)
  if (!body) return refused(413, `A request body has at most ${maxBytes} bytes.`)
  if (!isUtf8(body)) return refused(400, 'The body is not UTF-8.')
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')), bytes: body }
  } catch {
    return refused(400, 'The body is not JSON.')
  }
}

/** The only charset of JSON is UTF-8; other parameters mean nothing. */
function isJsonType(type: string): boolean {
  if (type === 'application/json') return true
  const [mediaType = '', ...parameters] = type.toLowerCase().split(';')
  return (
    mediaType.trim() === 'application/json' &&
    parameters.every((parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-8"?\s*$/.test(parameter))
  )
}

const refused = (status: 400 | 413 | 415, message: string): JsonBody => ({ ok: false, status, message })

/** Null for a body over `maxBytes`, whose rest is left unread. By events: an iterator costs several promises per chunk. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      request.off('data', onData)
      request.pause()
      resolve(null)
    }
    request.on('data', onData)
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

/** Answers with JSON; does nothing if the client has gone. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: OutgoingHttpHeaders = {}): void {
  if (response.headersSent || response.destroyed) return
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': text.length, ...headers })
  response.end(text)
}

/** As `sendJson`, of what may be large: it is written in slices. */
export async function sendLargeJson(response: ServerResponse, status: number, body: unknown): Promise<void> {
  const work = new Work()
  const texts = await inSlices(
    work,
    jsonInSlices(body, work, () => {}),
  )
  if (response.headersSent || response.destroyed) return
  const length = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': length })
  response.cork()
  for (const text of texts) response.write(text)
  response.end()
}

const REQUEST_ID = /^[\w.-]{1,64}$/

/** The caller's `x-request-id` if it is 1 to 64 characters of `[A-Za-z0-9_.-]`, else a new one. */
export const requestIdOf = (request: IncomingMessage): string => givenRequestId(request.headers['x-request-id'])

/** As `requestIdOf`, for the value of the header. */
export const givenRequestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()

/** Whether a response is out, or its client has gone. */
export const isOver = (response: ServerResponse): boolean => response.closed || response.req.socket.destroyed

/**
 * Calls back once: when a response is out, or its client has gone. At once if that is so already: whoever has waited for
 * something meanwhile may have missed it.
 */
export function onceOver(response: ServerResponse, callback: () => void): void {
  const { socket } = response.req
  if (isOver(response)) return callback()
  const over = () => {
    response.off('close', over)
    socket.off('close', over)
    callback()
  }
  response.once('close', over)
  // A response whose turn on its connection has not come is not told of the connection's end.
  if (response.socket) return
  socket.setMaxListeners(0)
  socket.once('close', over)
}

/** Aborts once the client has gone before it was answered, at once if it has already. */
export function abortWhenAbandoned<Abort extends { abort(): void } = AbortController>(
  response: ServerResponse,
  // A controller is what is asked for by whoever gives none.
  abort = new AbortController() as unknown as Abort,
): Abort {
  onceOver(response, () => {
    if (!response.writableFinished) abort.abort()
  })
  return abort
}

/** With what a server is made that `listen` is for: how often it looks for requests that take too long to come. */
export const SERVER_OPTIONS = { connectionsCheckingInterval: 1_000 } as const

/**
 * Listens and says on which port (`port` 0 lets the system choose). Rejects if the port cannot be had, naming the variable
 * that chose it if it is taken.
 */
export async function listen(server: Server, port: number, host: string, variable = 'PORT'): Promise<number> {
  // Half-sent requests hold a socket for minutes by default.
  server.headersTimeout = 10_000
  server.requestTimeout = 10_000
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new Error(`Port ${port} on ${host} is in use. Set ${variable} to another one, e.g. ${variable}=${port + 1}.`, {
              cause,
            })
          : cause,
      )
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('a server on a port has an address')
  return address.port
}

const IDLE_CHECK_MS = 50

/** Takes no new connection, lets requests in flight finish for `graceMs`, then closes what is left. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  // A kept-alive connection becomes idle when its last answer is out, which nothing announces.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const limit = setTimeout(() => server.closeAllConnections(), graceMs)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearInterval(idle)
  clearTimeout(limit)
}

/** Tells every socket that the server goes away (1001) and cuts those that have not closed after `graceMs`. */
export async function closeSockets(server: WebSocketServer, graceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const client of server.clients) client.terminate()
  }, graceMs)
  for (const client of server.clients) client.close(1001, 'Going away')
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearTimeout(timer)
}
