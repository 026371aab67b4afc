import { isDeepStrictEqual } from 'node:util'
import { type Client, openClients } from './clients.ts'
import { answerTo, BULK, type Newsroom, type Story } from './newsroom.ts'

/** An event that has not arrived by then never will. */
const ARRIVAL_LIMIT_MS = 60_000
/** Doubled each time, so that a slow server is not asked for more and more. */
const FIRST_STEP_MS = 500
/** Anything longer is one of the large events, which are not looked at. */
const LONGEST_STORY = 2_000

type Pending = { left: number; readonly story: Story; readonly publishedAt: number; readonly done: PromiseWithResolvers<void> }

/** Clients of one server, with the same subscription each, who check what they get. */
export type Audience = Disposable & {
  /** Publishes a story; resolves once everybody who reads has it. Rejects for a wrong message. */
  publish(): Promise<void>
  /** Publishes until a story reaches everybody. */
  establish(): Promise<void>
  /** Makes the first `count` clients stop reading. */
  stall(count: number): void
  /** Messages that arrived. */
  readonly messages: () => number
  /** Milliseconds from publishing to arrival, of those who read, since the last call. */
  takeLatencies(): number[]
}

/** Opens `size` clients. The first `bulky` of them subscribe to large events as well. */
export async function openAudience(newsroom: Newsroom, url: string, query: string, size: number, bulky = 0): Promise<Audience> {
  const pending = new Map<number, Pending>()
  const known = new Map<number, Buffer>()
  let messages = 0
  let stalled = 0
  let latencies: number[] = []
  let clients: readonly Client[] = []

  const isRight = (message: Buffer, seq: number, { story }: Pending) => {
    const seen = known.get(seq)
    if (seen) return seen.equals(message)
    // What comes is a message of the protocol.
    const { id, type, payload } = JSON.parse(message.toString()) as { id: string; type: string; payload: unknown }
    if (id !== '1' || type !== 'next' || !isDeepStrictEqual(payload, answerTo(query, story))) return false
    known.set(seq, Buffer.from(message))
    return true
  }
  const hear = (message: Buffer, client: number) => {
    if (message.length > LONGEST_STORY || client < stalled) return
    const at = message.indexOf('"seq":')
    const seq = Number(message.toString('latin1', at + 6, at + 13))
    messages += 1
    const waiting = pending.get(seq)
    if (!waiting) return
    if (!isRight(message, seq, waiting)) {
      return waiting.done.reject(new Error(`a wrong message: ${message.toString().slice(0, 500)}`))
    }
    latencies.push(performance.now() - waiting.publishedAt)
    waiting.left -= 1
    if (waiting.left > 0) return
    pending.delete(seq)
    known.delete(seq)
    waiting.done.resolve()
  }
  clients = await openClients(url, size, (client) => (client < bulky ? [query, BULK] : [query]), hear)

  const publish = () => {
    const story = newsroom.publish()
    const done = Promise.withResolvers<void>()
    pending.set(story.seq, { left: size - stalled, story, publishedAt: performance.now(), done })
    const late = setTimeout(() => done.reject(new Error('an event did not reach everybody')), ARRIVAL_LIMIT_MS)
    return done.promise.finally(() => clearTimeout(late))
  }
  return {
    publish,
    async establish() {
      for (let stepMs = FIRST_STEP_MS; ; stepMs *= 2) {
        let step: NodeJS.Timeout | undefined
        const isLate = new Promise<boolean>((resolve) => {
          step = setTimeout(() => resolve(true), stepMs)
        })
        const published = publish()
        // The first ones may come before a subscription is open.
        published.catch(() => {})
        const late = await Promise.race([published.then(() => false), isLate])
        clearTimeout(step)
        if (!late) break
      }
      for (const { done } of pending.values()) done.resolve()
      pending.clear()
      known.clear()
      latencies = []
    },
    stall(count) {
      stalled = count
      for (const client of clients.slice(0, count)) client.pause()
    },
    messages: () => messages,
    takeLatencies() {
      const taken = latencies
      latencies = []
      return taken
    },
    [Symbol.dispose]() {
      for (const { done } of pending.values()) done.resolve()
      for (const client of clients) client.close()
    },
  }
}
