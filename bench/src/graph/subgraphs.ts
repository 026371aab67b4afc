import { createServer, type Socket } from 'node:net'
import { replyTo } from '../http/echo.ts'
import { MessageReader } from '../http/messages.ts'
import { answer, type GraphqlBody } from './answer.ts'
import { createData, type Data } from './data.ts'
import { SCHEMAS, SUBGRAPH_NAMES, type SubgraphName } from './schemas.ts'

/** Characters of requests whose answers are kept. */
const MAX_KEPT = 64 * 1024 * 1024

export type Subgraphs = AsyncDisposable & {
  readonly data: Data
  readonly urlOf: (name: SubgraphName) => string
  /** Every answer from now on comes so many milliseconds later. */
  delay(ms: number): void
  /** Requests answered since the last call. */
  takeCount(): number
}

/** Serves the generated graph, one port per subgraph. A request seen before is answered from memory, as bytes. */
export async function startSubgraphs(): Promise<Subgraphs> {
  const data = createData()
  let delayMs = 0
  let count = 0
  const served = await Promise.all(
    SUBGRAPH_NAMES.map((name) => {
      const known = new Map<string, Buffer>()
      let kept = 0
      const bytesFor = (body: string): Buffer => {
        const found = known.get(body)
        if (found) return found
        const made = response(data, name, body)
        kept += body.length + made.length
        if (kept > MAX_KEPT) {
          known.clear()
          kept = body.length + made.length
        }
        known.set(body, made)
        return made
      }
      const serve = (socket: Socket) => {
        const reader = new MessageReader((head, body) => {
          count++
          const bytes = replyTo(head, bytesFor(body.toString('latin1')))
          if (delayMs === 0) socket.write(bytes)
          else setTimeout(() => socket.write(bytes), delayMs)
        })
        socket.setNoDelay(true)
        socket.on('data', (chunk) => reader.push(chunk))
        // A gateway that ends resets its connections.
        socket.on('error', () => socket.destroy())
      }
      return listen(name, serve)
    }),
  )
  const urls = new Map(served.map(({ name, url }) => [name, url]))
  return {
    data,
    urlOf: (name) => urls.get(name) ?? '',
    delay(ms) {
      delayMs = ms
    },
    takeCount() {
      const taken = count
      count = 0
      return taken
    },
    async [Symbol.asyncDispose]() {
      for (const { close } of served) close()
    },
  }
}

function response(data: Data, name: SubgraphName, body: string): Buffer {
  let text: string
  try {
    const request = JSON.parse(Buffer.from(body, 'latin1').toString()) as GraphqlBody | GraphqlBody[]
    const one = (each: GraphqlBody) => answer(data, SCHEMAS[name], each)
    text = JSON.stringify(Array.isArray(request) ? request.map(one) : one(request))
  } catch (error) {
    text = JSON.stringify({ errors: [{ message: `${name}: ${error instanceof Error ? error.message : 'unknown'}` }] })
  }
  const bytes = Buffer.from(text)
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\nconnection: keep-alive\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

function listen(name: SubgraphName, serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    serve(socket)
  })
  return new Promise<{ name: SubgraphName; url: string; close: () => void }>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address !== 'object' || !address) return reject(new Error('no port'))
      resolve({
        name,
        url: `http://127.0.0.1:${address.port}/graphql`,
        close: () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        },
      })
    })
  })
}
