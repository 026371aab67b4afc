import { createServer, connect as openSocket, type Server, type Socket } from 'node:net'

/**
 * What becomes of requests: `none` reaches the target; `hang` is accepted and never answered; `lie` is answered by `reply`,
 * whatever that is; `flood` is answered by a reply without end; `cut` ends the connection at each `every`th request.
 */
export type Fault =
  | { readonly kind: 'none' | 'hang' | 'flood' }
  | { readonly kind: 'lie'; readonly reply: string }
  | { readonly kind: 'cut'; readonly every: number }

/** A way to a port of this machine that breaks as networks, and what stands behind them, do: without a word to either end. */
export type FaultProxy = AsyncDisposable & {
  readonly port: number
  /** Requests that came, and bytes of replies that were flooded. */
  readonly seen: { requests: number; flooded: number }
  behave(fault: Fault): void
  /** Leads to another port from now on. */
  lead(targetPort: number): void
  /** Ends every connection that is open now; how many there were. */
  cut(): number
  /** Ends every connection and refuses new ones. */
  vanish(): Promise<void>
  /** Listens again, on the same port. */
  appear(): Promise<void>
}

const FLOOD = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`)
const FLOOD_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const seen = { requests: 0, flooded: 0 }
  let target = targetPort
  let fault: Fault = { kind: 'none' }
  let server: Server | null = null
  let port = 0

  const flood = (client: Socket) => {
    client.write(FLOOD_HEAD)
    const more = () => {
      do seen.flooded += FLOOD.length
      while (!client.destroyed && client.write(FLOOD))
    }
    client.on('drain', more)
    more()
  }
  /** A request of the gateway is one write, so that what comes at once is one of them. */
  const onRequest = (client: Socket, other: Socket, bytes: Buffer) => {
    seen.requests++
    switch (fault.kind) {
      case 'none':
        return void other.write(bytes)
      case 'hang':
        return
      case 'lie':
        return void client.end(fault.reply)
      case 'flood':
        return flood(client)
      case 'cut':
        return seen.requests % fault.every === 0 ? void client.resetAndDestroy() : void other.write(bytes)
    }
  }
  const onConnection = (client: Socket) => {
    const other = openSocket(target, '127.0.0.1')
    const pair = [client, other] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('close', end)
    client.on('error', end)
    // Of a target that is away, its port says nothing while the proxy answers in its place.
    other.on('error', () => fault.kind === 'none' && end())
    client.on('data', (bytes: Buffer) => onRequest(client, other, bytes))
    other.on('data', (bytes: Buffer) => fault.kind !== 'hang' && client.write(bytes))
  }
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      const started = createServer(onConnection).listen(port, '127.0.0.1')
      server = started
      started.once('error', reject)
      started.once('listening', () => {
        const address = started.address()
        if (address !== null && typeof address === 'object') port = address.port
        resolve()
      })
    })
  const cut = () => {
    const open = [...pairs]
    for (const sockets of open) for (const socket of sockets) socket.resetAndDestroy()
    return open.length
  }
  const vanish = async () => {
    const ended = server
    server = null
    const closed = new Promise((resolve) => (ended ? ended.close(resolve) : resolve(undefined)))
    cut()
    await closed
  }
  await listen()
  return {
    port,
    seen,
    behave(next) {
      fault = next
    },
    lead(nextPort) {
      target = nextPort
    },
    cut,
    vanish,
    appear: listen,
    [Symbol.asyncDispose]: vanish,
  }
}
