import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const OPEN_AT_ONCE = 100

/** One client of graphql-transport-ws, as cheap as can be: a library would cost as much as the server. */
export type Client = {
  /** Stops and starts reading from the network. */
  pause(): void
  resume(): void
  close(): void
}

/** Gets the text of each message with the client's number. The buffer is good only during the call. */
export type OnMessage = (message: Buffer, client: number) => void

/** Opens `count` sockets, each with the subscriptions of `queriesOf`, under the ids `1`, `2` and so on. */
export async function openClients(
  url: string,
  count: number,
  queriesOf: (client: number) => readonly string[],
  onMessage: OnMessage,
): Promise<readonly Client[]> {
  const clients: Client[] = []
  for (let from = 0; from < count; from += OPEN_AT_ONCE) {
    const batch = Array.from({ length: Math.min(OPEN_AT_ONCE, count - from) }, (_, i) =>
      openClient(url, queriesOf(from + i), (message) => onMessage(message, from + i)),
    )
    clients.push(...(await Promise.all(batch)))
  }
  return clients
}

function openClient(url: string, queries: readonly string[], onMessage: (message: Buffer) => void): Promise<Client> {
  const { host, hostname, port, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let isOpen = false
    let isClosed = false
    let rest: Buffer | null = null
    const take = (chunk: Buffer) => {
      const received = rest ? Buffer.concat([rest, chunk]) : chunk
      rest = null
      let at = 0
      if (!isOpen) {
        const end = received.indexOf('\r\n\r\n')
        if (end < 0) {
          rest = received
          return
        }
        if (!received.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) return fail('the server refused a socket')
        isOpen = true
        at = end + 4
        send(socket, { type: 'connection_init' })
      }
      while (at < received.length) {
        const frame = frameAt(received, at)
        if (!frame) break
        at = frame.end
        if (frame.opcode === 9) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]))
        else if (frame.opcode === 8) return fail('the server closed a socket')
        else if (frame.opcode === 1) hear(received.subarray(frame.start, frame.end))
      }
      if (at < received.length) rest = received.subarray(at)
    }
    let isAcknowledged = false
    const hear = (message: Buffer) => {
      if (isAcknowledged) return onMessage(message)
      isAcknowledged = true
      queries.forEach((query, i) => send(socket, { id: String(i + 1), type: 'subscribe', payload: { query } }))
      resolve(client)
    }
    const fail = (reason: string) => {
      socket.destroy()
      if (!isClosed) reject(new Error(reason))
    }
    const client: Client = {
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close() {
        isClosed = true
        socket.destroy()
      },
    }
    socket.setNoDelay(true)
    socket.on('data', take)
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('the server cut a connection'))
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
        `sec-websocket-key: ${randomBytes(16).toString('base64')}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
    )
  })
}

type FrameBounds = { readonly opcode: number; readonly start: number; readonly end: number }

/** A server's frames are neither masked nor in pieces. Null if the frame is not all there. */
function frameAt(bytes: Buffer, at: number): FrameBounds | null {
  if (bytes.length < at + 2) return null
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < at + head) return null
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  const start = at + head
  return bytes.length < start + length ? null : { opcode: (bytes[at] ?? 0) & 0x0f, start, end: start + length }
}

/** A mask of zeros is a mask. */
function send(socket: Socket, message: object): void {
  const body = Buffer.from(JSON.stringify(message))
  const head =
    body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff])
  socket.write(Buffer.concat([head, Buffer.alloc(4), body]))
}
