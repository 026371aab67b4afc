import { type IncomingMessage, request } from 'node:http'

/** One event as it stood in the stream. Absent lines are undefined. */
export type SseEvent = {
  readonly event: string | undefined
  readonly id: string | undefined
  readonly retry: string | undefined
  readonly data: string | undefined
}

/** A response that is read as a stream of events. */
export type RawEventSource = Disposable & {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** The next event. Rejects once the response is over. */
  next(): Promise<SseEvent>
  /** Resolves at the end with the body that `next` has not taken; rejects if the connection broke. */
  readonly ended: Promise<string>
  /** Resolves once the body that `next` has not taken holds this. */
  holds(text: string): Promise<void>
  pause(): void
  resume(): void
}

/** Sends one request and reads its response by hand. */
export function openRawEventSource(
  url: string,
  options: {
    readonly method?: string
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
    /** Sent as JSON. */
    readonly body?: object
  } = {},
): Promise<RawEventSource> {
  const body = options.body && JSON.stringify(options.body)
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${options.path ?? '/graphql/stream'}`,
      {
        method: options.method ?? 'POST',
        // A connection of its own, which is cut when the test is over.
        agent: false,
        headers: {
          accept: 'text/event-stream',
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...options.headers,
        },
      },
      (response) => resolve(read(response)),
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

function read(response: IncomingMessage): RawEventSource {
  let text = ''
  let isOver = false
  const checks = new Set<() => void>()
  const changed = () => {
    for (const check of checks) check()
  }
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    changed()
  })
  const ended = new Promise<string>((resolve, reject) => {
    response.once('end', () => resolve(text))
    response.once('close', () => {
      isOver = true
      changed()
      if (!response.complete) reject(new Error('the connection broke'))
    })
  })
  // Whoever does not wait for the end does not care how it comes.
  ended.catch(() => {})
  const when = <Value>(find: () => Value | undefined): Promise<Value> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = find()
        if (found !== undefined) resolve(found)
        else if (isOver) reject(new Error(`the response is over: ${text.slice(-300)}`))
        else return
        checks.delete(check)
      }
      checks.add(check)
      check()
    })
  const take = (): SseEvent | undefined => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) return undefined
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const valueOf = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          ?.replace(/^ /, '')
      // A comment alone is no event.
      if (lines.some((line) => line !== '' && !line.startsWith(':')))
        return { event: valueOf('event'), id: valueOf('id'), retry: valueOf('retry'), data: valueOf('data') }
    }
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next: () => when(take),
    ended,
    holds: async (part) => void (await when(() => (text.includes(part) ? true : undefined))),
    pause: () => response.pause(),
    resume: () => response.resume(),
    [Symbol.dispose]: () => void response.destroy(),
  }
}
