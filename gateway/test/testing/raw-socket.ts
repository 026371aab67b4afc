import WebSocket from 'ws'

/** A message as it came: its text, and the text parsed. */
export type Received = {
  readonly text: string
  readonly message: { readonly type: string; readonly id?: string; readonly payload?: unknown }
}

/** How a socket ended. */
export type Closed = { readonly code: number; readonly reason: string }

/** A WebSocket that speaks no protocol: tests say what goes over it, and see what comes back. */
export type RawSocket = Disposable & {
  /** The sub-protocol that was agreed on; empty for none. */
  readonly protocol: string
  /** Sends an object as JSON, anything else as it is. */
  send(what: object | string | Buffer): void
  /** The next message, in the order of the wire. Rejects, with the code, once the socket is closed. */
  next(): Promise<Received>
  /** What came and was not taken by `next`. */
  readonly unread: readonly Received[]
  readonly closed: Promise<Closed>
  /** Stops and starts reading from the network. */
  pause(): void
  resume(): void
  /** Answers a ping of the client with what the server says after it: all that was sent before has arrived then. */
  settle(): Promise<void>
  close(code?: number): void
  /** Breaks the connection without a word. */
  terminate(): void
}

/** Connects to a gateway's `/graphql`. Rejects if the gateway refuses the upgrade. */
export function openRawSocket(
  url: string,
  options: { readonly protocols?: readonly string[]; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, [...(options.protocols ?? ['graphql-transport-ws'])], {
    headers: { ...options.headers },
  })
  const unread: Received[] = []
  const waiting: { resolve: (received: Received) => void; reject: (reason: Error) => void }[] = []
  let end: Closed | undefined
  let settled = 0
  const gone = ({ code, reason }: Closed) => new Error(`the socket was closed: ${code} ${reason}`)
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      end = { code, reason: reason.toString() }
      for (const each of waiting.splice(0)) each.reject(gone(end))
      resolve(end)
    })
  })
  socket.on('message', (data) => {
    const text = data.toString()
    const received: Received = { text, message: JSON.parse(text) }
    const first = waiting.shift()
    if (first) first.resolve(received)
    else unread.push(received)
  })
  const next = () => {
    const first = unread.shift()
    if (first) return Promise.resolve(first)
    if (end) return Promise.reject(gone(end))
    return new Promise<Received>((resolve, reject) => waiting.push({ resolve, reject }))
  }
  const raw: RawSocket = {
    get protocol() {
      return socket.protocol
    },
    send: (what) => socket.send(typeof what === 'string' || Buffer.isBuffer(what) ? what : JSON.stringify(what)),
    next,
    unread,
    closed,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    async settle() {
      settled += 1
      const token = settled
      raw.send({ type: 'ping', payload: { token } })
      const before: Received[] = []
      for (;;) {
        const received = await next()
        const { type, payload } = received.message
        if (type === 'pong' && (payload as { token?: unknown } | undefined)?.token === token) break
        before.push(received)
      }
      unread.unshift(...before)
    },
    close: (code = 1000) => socket.close(code),
    terminate: () => socket.terminate(),
    [Symbol.dispose]: () => socket.terminate(),
  }
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(raw))
    socket.once('error', reject)
  })
}

/** A socket on which `connection_init` was acknowledged. */
export async function openReadySocket(url: string, payload: Readonly<Record<string, unknown>> = {}): Promise<RawSocket> {
  const socket = await openRawSocket(url)
  socket.send({ type: 'connection_init', payload })
  const { message } = await socket.next()
  if (message.type !== 'connection_ack') throw new Error(`no acknowledgement but ${message.type}`)
  return socket
}
