import { createServer, connect as openSocket, type Socket } from 'node:net'

/** A way to a port of this machine that can be cut, as a network does it: without a word to either end. */
export type CuttingProxy = AsyncDisposable & {
  readonly port: number
  /** Ends every connection that is open now; how many there were. */
  cut(): number
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const target = openSocket(targetPort, '127.0.0.1')
    const pair = [client, target] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    client.pipe(target).pipe(client)
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
    })
  })
  const cut = () => {
    const open = [...pairs]
    for (const [client, target] of open) {
      client.resetAndDestroy()
      target.resetAndDestroy()
    }
    return open.length
  }
  return {
    port,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
