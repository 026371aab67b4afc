import autocannon from 'autocannon'
import type { Operation } from './operations.ts'
import type { Server } from './server.ts'

const CONNECTIONS = 16

export type Result = { readonly requestsPerSecond: number; readonly cpuMs: number; readonly p50: number; readonly p99: number }

/** One round: `seconds` of one operation. Throws if any answer is an error, because errors are cheap. */
export async function measure(server: Server, operation: Operation, seconds: number): Promise<Result> {
  const before = server.cpuMs()
  const result = await autocannon({
    url: `${server.url}/graphql`,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: operation.authorization },
    setupClient: (client) => client.setBody(operation.body()),
    requests: [{ setupRequest: (request) => ({ ...request, body: operation.body() }) }],
    verifyBody: (body) => !String(body).includes('"errors"') && !String(body).includes('"code"'),
  })
  const bad = result.errors + result.timeouts + result.non2xx + result.mismatches
  if (bad > 0) throw new Error(`${operation.name}: ${bad} of ${result.requests.total} answers were wrong`)
  return {
    requestsPerSecond: result.requests.total / result.duration,
    cpuMs: (server.cpuMs() - before) / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}
