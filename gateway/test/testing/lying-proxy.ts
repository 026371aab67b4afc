import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'
import { VIEWER_HEADER } from '@planet/runtime/serve'
import { createChoice } from '../differential/choice.ts'
import { LIES, type Lie, type Truth } from './lies.ts'

/** Stands before a subgraph and answers in its place. */
export type LyingProxy = AsyncDisposable & {
  readonly url: string
  /** From now on every answer is a lie, or none is. */
  lie(isLying: boolean): void
  /** How often each way to lie was used. */
  readonly told: ReadonlyMap<string, number>
}

/** Passes requests on to `target`, and while it lies makes something else of the replies; the same for the same seed. */
export async function startLyingProxy(target: string, seed: number): Promise<LyingProxy> {
  const choice = createChoice(seed)
  const ways = Object.entries(LIES)
  const told = new Map<string, number>()
  let isLying = false
  const lieAbout = (truth: Truth): Lie => {
    const [name, tell] = choice.one(ways)
    told.set(name, (told.get(name) ?? 0) + 1)
    return tell(truth, choice)
  }
  const answer = async (request: IncomingMessage): Promise<Lie> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { [VIEWER_HEADER]: viewer, [EXCHANGE_HEADER]: exchangeId, 'x-request-id': requestId } = request.headers
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [VIEWER_HEADER]: String(viewer), 'x-request-id': String(requestId) },
      body: Buffer.concat(chunks),
    })
    const truth = { exchangeId: String(exchangeId), body: await response.text() }
    return isLying ? lieAbout(truth) : { pieces: [honest(truth)] }
  }
  const sockets = new Set<Socket>()
  const server = createServer((request) => {
    answer(request).then(
      (lie) => tell(request.socket, lie),
      () => request.socket.destroy(),
    )
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    lie(now) {
      isLying = now
    },
    told,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const honest = ({ exchangeId, body }: Truth) =>
  `HTTP/1.1 200 OK\r\n${EXCHANGE_HEADER}: ${exchangeId}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Beside Node's own responses, which are too honest. Each piece is a packet of its own. */
function tell(socket: Socket, { pieces: [piece, ...rest], isClosed = false }: Lie): void {
  if (socket.destroyed) return
  if (piece === undefined) return isClosed ? socket.destroySoon() : undefined
  socket.write(piece, () => setTimeout(() => tell(socket, { pieces: rest, isClosed }), 1))
}
