import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export type Result = {
  /** `answered` has no errors, `partial` has some, `failed` has no data or no GraphQL at all. */
  readonly kind: 'answered' | 'partial' | 'failed'
  readonly ms: number
  readonly body: string
}

/**
 * `count` clients with a kept connection each, who ask one question after the other until told to stop, and think for up to
 * `thinkMs` before each.
 */
export function startClients(url: string, count: number, query: string, thinkMs = 0): { stop(): Promise<readonly Result[]> } {
  const agent = new Agent({ keepAlive: true, maxSockets: count })
  const results: Result[] = []
  let isStopped = false
  const client = async () => {
    while (!isStopped) {
      if (thinkMs > 0) await delay(Math.random() * thinkMs)
      results.push(await askOnce(url, query, agent))
    }
  }
  const clients = Array.from({ length: count }, client)
  return {
    async stop() {
      isStopped = true
      await Promise.all(clients)
      agent.destroy()
      return results
    },
  }
}

function askOnce(url: string, query: string, agent: Agent): Promise<Result> {
  const started = performance.now()
  const sent = JSON.stringify({ query })
  return new Promise((resolve) => {
    const settle = (kind: Result['kind'], body: string) => resolve({ kind, ms: performance.now() - started, body })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.once('error', (error) => settle('failed', String(error)))
      response.once('end', () => settle(kindOf(body), body))
    })
    asked.once('error', (error) => settle('failed', String(error)))
    asked.end(sent)
  })
}

function kindOf(body: string): Result['kind'] {
  try {
    const { data, errors } = JSON.parse(body) as { data?: object | null; errors?: readonly unknown[] }
    if (!data) return 'failed'
    return errors ? 'partial' : 'answered'
  } catch {
    return 'failed'
  }
}

/** How many there are of each kind. */
export const tally = (results: readonly Result[]): Readonly<Record<Result['kind'], number>> => {
  const counts = { answered: 0, partial: 0, failed: 0 }
  for (const { kind } of results) counts[kind]++
  return counts
}

/** The time within which 99 of 100 were answered, in milliseconds. */
export function p99(results: readonly Result[]): number {
  const times = results.map(({ ms }) => ms).sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.99)] ?? 0
}
