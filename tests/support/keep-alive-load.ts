import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { eventually } from '@planet/runtime/testing/patience'

const ASK_EVERY_MS = 100
const QUERY = JSON.stringify({ query: '{ __typename }' })

/** Clients that ask over kept connections, through a balancer that sends nobody where it is not ready. */
export type Load = {
  /** Resolves once so many requests have been answered. */
  answered(count: number): Promise<void>
  /** Call it once the server is to stop. Resolves, when the balancer has found the server not ready and all that was sent is over, with what went wrong. */
  over(): Promise<{ readonly answered: number; readonly failures: readonly string[]; readonly closing: number }>
}

export function startLoad(url: string, clients: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let isReady = true
  let isEnding = false
  let answered = 0
  let closing = 0
  const failures: string[] = []

  const balancer = setInterval(() => {
    send(new Agent(), 'GET', '/readyz', '').then(
      ({ statusCode }) => {
        isReady = statusCode === 200
      },
      () => {
        isReady = false
      },
    )
  }, ASK_EVERY_MS)

  function send(through: Agent, method: string, path: string, body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const sent: ClientRequest = request(`${url}${path}`, { method, agent: through, headers }, (response) => {
        response.on('error', reject).on('end', () => resolve(response))
        response.resume()
      })
      sent.on('error', reject).end(body)
    })
  }

  const ask = async (n: number) => {
    while (isReady || !isEnding) {
      // A machine that is busy may be late to say that it is ready.
      if (!isReady) await wait(ASK_EVERY_MS)
      if (!isReady) continue
      // Every third as what the gateway leaves to the complete HTTP server.
      const sent =
        n % 3 === 0 ? send(agent, 'GET', '/graphql?query=%7B__typename%7D', '') : send(agent, 'POST', '/graphql', QUERY)
      await sent.then(
        ({ statusCode, headers }) => {
          if (statusCode !== 200) failures.push(`HTTP ${statusCode}`)
          if (headers.connection === 'close') closing++
          answered++
        },
        (error: Error) => void failures.push(String('code' in error ? error.code : error)),
      )
    }
  }
  const all = Promise.all(Array.from({ length: clients }, (_, n) => ask(n)))
  return {
    answered: (count) =>
      eventually(() => {
        if (answered < count) throw new Error(`${answered} answers: ${failures.join(' ')}`)
      }),
    async over() {
      isEnding = true
      await all
      clearInterval(balancer)
      agent.destroy()
      return { answered, failures, closing }
    },
  }
}
