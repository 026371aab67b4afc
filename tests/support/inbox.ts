import { openReadySocket } from '@planet/gateway/test/testing/raw-socket'
import type { GraphQLFormattedError } from 'graphql'

type Result = { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] }
type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown }

/** A person's socket with several operations on it, each read on its own. */
export type Inbox = Disposable & {
  open(id: string, query: string, variables?: Readonly<Record<string, unknown>>): void
  complete(id: string): void
  /** The next result under this id. Rejects if the operation is over, or the socket closes. */
  next(id: string): Promise<Result>
  /** The errors with which the operation ends; results before them are passed over. */
  endOf(id: string): Promise<readonly GraphQLFormattedError[]>
  /** The one result of a query or mutation. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Result>
}

/** Opens a socket under a token; null is anonymous. */
export async function openInbox(url: string, token: string | null): Promise<Inbox> {
  const socket = await openReadySocket(url, token === null ? {} : { authorization: `Bearer ${token}` })
  const kept = new Map<string, Message[]>()
  let asked = 0
  // One reader at a time: tests go step by step.
  const take = async (id: string): Promise<Message> => {
    const first = kept.get(id)?.shift()
    if (first) return first
    for (;;) {
      const { message } = await socket.next()
      if (message.id === id) return message
      if (message.id !== undefined) kept.set(message.id, [...(kept.get(message.id) ?? []), message])
    }
  }
  const open = (id: string, query: string, variables: Readonly<Record<string, unknown>> = {}) =>
    socket.send({ id, type: 'subscribe', payload: { query, variables } })
  const next = async (id: string): Promise<Result> => {
    const { type, payload } = await take(id)
    if (type !== 'next') throw new Error(`${type} instead of a result: ${JSON.stringify(payload)}`)
    // What `next` carries is an execution result.
    return payload as Result
  }
  return {
    open,
    complete: (id) => socket.send({ id, type: 'complete' }),
    next,
    async endOf(id) {
      let errors: readonly GraphQLFormattedError[] = []
      for (;;) {
        const { type, payload } = await take(id)
        if (type === 'complete') return errors
        // What `error` carries is a list of errors, and what `next` carries a result.
        if (type === 'error') return payload as readonly GraphQLFormattedError[]
        errors = (payload as Result).errors ?? []
      }
    },
    async ask(query, variables) {
      asked += 1
      const id = `ask ${asked}`
      open(id, query, variables)
      const result = await next(id)
      await take(id)
      return result
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  }
}
