import { connect, type Socket } from 'node:net'
import { MessageReader } from './http/messages.ts'

const RESPONSE_LIMIT_MS = 120_000

export type Load = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** The `n`th request's body and authorization, on the connection of that number; an empty authorization is left out. */
  readonly request: (n: number, connection: number) => { readonly body: string; readonly authorization: string }
  /** Whether this is the answer to the `n`th request. */
  readonly isRight: (body: Buffer, n: number) => boolean
  /** Whether `isRight` also looks at answers that say that something was not there in time. */
  readonly mayBeLate?: boolean
  /** The number of the first request. */
  readonly from: number
  /** Ends the load before its time once so many requests were sent. */
  readonly limit?: number
  /** Requests per second that are sent at most, evenly over connections and time; absent, each is sent once its connection is free. */
  readonly perSecond?: number
}

export type LoadResult = {
  readonly requests: number
  readonly seconds: number
  /** In milliseconds. */
  readonly p50: number
  readonly p99: number
}

/**
 * Keeps `connections` requests in flight for so many seconds, on sockets of its own: a client library would cost as much
 * as the gateway. Throws at the first wrong answer, because errors are cheap.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = []
  const began = performance.now()
  const until = began + load.seconds * 1000
  let next = load.from
  const take = () => (performance.now() < until && (load.limit === undefined || next - load.from < load.limit) ? next++ : null)
  await Promise.all(Array.from({ length: load.connections }, (_, connection) => runConnection(load, connection, take, latencies)))
  const seconds = (performance.now() - began) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { requests: latencies.length, seconds, p50: at(0.5), p99: at(0.99) }
}

function runConnection(load: Load, connection: number, take: () => number | null, latencies: number[]): Promise<void> {
  const { host, hostname, port, pathname } = new URL(load.url)
  return new Promise((resolve, reject) => {
    const everyMs = load.perSecond === undefined ? null : (load.connections / load.perSecond) * 1000
    let n: number | null = null
    let sentAt = 0
    let dueAt = performance.now() + (everyMs ?? 0) * (connection / load.connections)
    let isOver = false
    const finish = (error?: Error) => {
      if (isOver) return
      isOver = true
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    const send = () => {
      n = take()
      if (n === null) return finish()
      sentAt = performance.now()
      socket.write(requestText(pathname, host, load.request(n, connection)))
    }
    const sendInTime = () => {
      if (everyMs === null) return send()
      const waitMs = dueAt - performance.now()
      dueAt += everyMs
      if (waitMs > 0) setTimeout(send, waitMs)
      else send()
    }
    const reader = new MessageReader((head, body) => {
      if (n === null) return finish(new Error('an answer came without a question'))
      latencies.push(performance.now() - sentAt)
      const isAnswer = head.startsWith('HTTP/1.1 200') || (load.mayBeLate === true && head.startsWith('HTTP/1.1 503'))
      if (!isAnswer || !load.isRight(body, n)) {
        return finish(new Error(`a wrong answer: ${head.slice(0, 15)} ${body.subarray(0, 300).toString()}`))
      }
      sendInTime()
    })
    const socket: Socket = connect(Number(port), hostname, sendInTime)
    socket.setNoDelay(true)
    socket.setTimeout(RESPONSE_LIMIT_MS, () => finish(new Error('no answer in time')))
    socket.on('data', (chunk) => reader.push(chunk))
    socket.on('error', finish)
    socket.on('close', () => finish(new Error('the gateway closed a connection')))
  })
}

const requestText = (path: string, host: string, { body, authorization }: { body: string; authorization: string }) =>
  `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json${authorization && `\r\nauthorization: ${authorization}`}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
