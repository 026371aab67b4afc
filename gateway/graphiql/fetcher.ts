import type { Fetcher } from '@graphiql/toolkit'
import { getOperationAST, parse } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { type Answer, reportAnswer, reportEvent, reportStart } from './last-answer'

/** Queries and mutations over HTTP, subscriptions over graphql-ws, by the kind of the operation that is run. */
export function createFetcher(): Fetcher {
  const sockets = createSockets()
  return (request, options) => {
    const headers = options?.headers ?? {}
    const { query, variables } = request
    const { operationName, kind } = operationToRun(query, request.operationName)
    reportStart()
    if (kind !== 'subscription') return send({ query, operationName, variables }, headers)
    const client = sockets(Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1])
    return {
      subscribe(observer) {
        const unsubscribe = client.subscribe<Record<string, unknown>, Pick<Answer, 'cost'>>(
          { query, operationName, variables },
          {
            next: (result) => {
              reportEvent(result.extensions?.cost)
              observer.next(result)
            },
            error: (fault) => observer.error(Array.isArray(fault) ? { errors: fault } : fault),
            complete: () => observer.complete(),
          },
        )
        return { unsubscribe }
      },
    }
  }
}

/** The name comes late after the text has changed: a text of one operation needs none. */
function operationToRun(query: string, operationName: string | null | undefined) {
  try {
    const document = parse(query)
    const named = getOperationAST(document, operationName)
    return { operationName: named ? operationName : undefined, kind: (named ?? getOperationAST(document))?.operation }
  } catch {
    // What cannot be parsed is for the server to refuse.
    return { operationName, kind: undefined }
  }
}

async function send(body: object, headers: Record<string, string>) {
  const started = performance.now()
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-graphql-cost': 'true', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const answer = JSON.parse(text)
  reportAnswer({
    status: response.status,
    ms: performance.now() - started,
    bytes: text.length,
    cost: answer.extensions?.cost,
    requestId: response.headers.get('x-request-id') ?? '',
  })
  return answer
}

/** One socket per access token, made when needed. */
function createSockets() {
  let current: { authorization: string | undefined; client: Client } | undefined
  return (authorization: string | undefined): Client => {
    if (current?.authorization === authorization && current) return current.client
    void current?.client.dispose()
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`
    current = {
      authorization,
      client: createClient({ url, connectionParams: { 'x-graphql-cost': true, authorization }, retryAttempts: 0 }),
    }
    return current.client
  }
}
