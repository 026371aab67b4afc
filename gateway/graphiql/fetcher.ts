import type { Fetcher } from '@graphiql/toolkit'
import { type ExecutionResult, getOperationAST, parse } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { closingOf, type Fault, noAnswer, noJson } from './faults'
import { type Answer, reportAnswer, reportEvent, reportFailure, reportOver, reportStart } from './last-answer'

type Observer = {
  next(result: ExecutionResult): void
  /** Shown as it is; several as they are. */
  error(fault: Fault | readonly unknown[]): void
  complete(): void
}
type Request = { readonly query: string; readonly operationName: string | null | undefined; readonly variables: unknown }

const ACKNOWLEDGED_WITHIN_MS = 10_000

/**
 * Queries and mutations over HTTP, subscriptions over graphql-ws, by the kind of the operation that is run. All as something
 * that can be left: GraphiQL leaves what is under way with its tab, and shows nothing of it in another one.
 */
export function createFetcher(): Fetcher {
  const sockets = createSockets()
  return (request, options) => {
    const headers = options?.headers ?? {}
    const { query, variables } = request
    const { operationName, kind } = operationToRun(query, request.operationName)
    const asked = { query, operationName, variables }
    return {
      subscribe(given: Observer) {
        reportStart()
        let isOver = false
        const observer: Observer = {
          next: (result) => !isOver && given.next(result),
          error(fault) {
            if (isOver) return
            isOver = true
            reportFailure(Array.isArray(fault) ? 'Refused.' : messageOf(fault))
            given.error(fault)
          },
          complete() {
            if (isOver) return
            isOver = true
            reportOver('Ended without an event.')
            given.complete()
          },
        }
        const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1]
        const leave = kind === 'subscription' ? watch(sockets(authorization), asked, observer) : send(asked, headers, observer)
        const unsubscribe = () => {
          if (isOver) return
          isOver = true
          reportOver('Stopped.')
          leave()
        }
        return { unsubscribe }
      },
    }
  }
}

const messageOf = (fault: Fault | readonly unknown[]) => ('message' in fault ? fault.message : '')

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

function watch(client: Client, { query, operationName, variables }: Request, observer: Observer): () => void {
  return client.subscribe<Record<string, unknown>, Pick<Answer, 'cost'>>(
    // What GraphiQL has read is an object or nothing.
    { query, operationName, variables: variables as Record<string, unknown> | undefined },
    {
      next(result) {
        reportEvent(result.extensions?.cost)
        observer.next(result)
      },
      // Either the errors of a refusal, or how the socket ended.
      error: (fault) => observer.error(Array.isArray(fault) ? fault : closingOf(fault)),
      complete: () => observer.complete(),
    },
  )
}

function send(body: Request, headers: Record<string, string>, observer: Observer): () => void {
  const abort = new AbortController()
  ask(body, headers, abort.signal).then(
    ({ result, answer }) => {
      if (abort.signal.aborted) return
      reportAnswer(answer)
      observer.next(result)
      observer.complete()
    },
    (fault: unknown) => observer.error(noAnswer(fault)),
  )
  return () => abort.abort()
}

async function ask(body: Request, headers: Record<string, string>, signal: AbortSignal) {
  const started = performance.now()
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-graphql-cost': 'true', ...headers },
    body: JSON.stringify(body),
    signal,
  })
  const text = await response.text()
  const result = parsed(text) ?? noJson(response.status, text)
  const answer: Answer = {
    status: response.status,
    ms: performance.now() - started,
    bytes: text.length,
    cost: result.extensions?.cost,
    requestId: response.headers.get('x-request-id') ?? '',
  }
  return { result, answer }
}

type Result = ExecutionResult<Record<string, unknown>, Partial<Pick<Answer, 'cost'>>>

function parsed(text: string): Result | null {
  try {
    // The gateway answers GraphQL; what does not is no JSON.
    return JSON.parse(text) as Result
  } catch {
    return null
  }
}

/** One socket per access token, made when needed: a tab's subscription goes on whoever runs another one elsewhere. */
function createSockets() {
  const clients = new Map<string | undefined, Client>()
  return (authorization: string | undefined): Client => {
    const known = clients.get(authorization)
    if (known) return known
    const client = createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      connectionParams: { 'x-graphql-cost': true, authorization },
      retryAttempts: 0,
      connectionAckWaitTimeout: ACKNOWLEDGED_WITHIN_MS,
    })
    clients.set(authorization, client)
    return client
  }
}
