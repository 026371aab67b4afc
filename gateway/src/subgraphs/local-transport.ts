import type { Subgraph, SubgraphRequest } from '@planet/runtime/subgraph'
import { startDeadline } from '../deadline.ts'
import type { SubgraphTransport, TransportRequest } from './transport.ts'

/** Calls a subgraph in this process, which keeps its documents parsed. Whoever started the subgraph closes it. */
export function createLocalTransport(subgraph: Subgraph): SubgraphTransport {
  const ask = askIn(subgraph)
  return {
    ask,
    execute: (request) => new Promise((resolve, reject) => ask(request, resolve, reject)),
    subscribe: (request) => subgraph.subscribe(request),
    close: async () => {},
  }
}

/** A resolver may wait for something that does not hear the signal, so the answer is not waited for. */
const askIn =
  (subgraph: Subgraph): NonNullable<SubgraphTransport['ask']> =>
  (request, take, fail) => {
    const abandoned = request.abandonment ?? request.signal
    if (abandoned.aborted) return fail(abandoned.reason)
    const own = new LocalRequest(request)
    let isOver = false
    const isFirst = () => {
      if (isOver) return false
      isOver = true
      callOff()
      abandoned.removeEventListener('abort', onAbort)
      return true
    }
    const giveUp = (reason: unknown) => {
      if (!isFirst()) return
      own.abort(reason)
      fail(reason)
    }
    const onAbort = () => giveUp(abandoned.reason)
    const callOff = startDeadline(request.timeoutMs, giveUp)
    abandoned.addEventListener('abort', onAbort, { once: true })
    subgraph.execute(own).then(
      (answer) => {
        if (isFirst()) take(answer)
      },
      (reason: unknown) => {
        if (isFirst()) fail(reason)
      },
    )
  }

/** Makes a signal, and the variables, for a subgraph that looks at them. */
class LocalRequest implements SubgraphRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly viewerToken: string | undefined
  readonly requestId: string
  readonly maxReplyBytes: number | undefined
  aborted = false
  readonly #request: TransportRequest
  #own: AbortController | null = null
  #reason: unknown = undefined

  constructor(request: TransportRequest) {
    this.query = request.query
    this.operationName = request.operationName
    this.viewerToken = request.viewerToken
    this.requestId = request.requestId
    this.maxReplyBytes = request.maxReplyBytes
    this.#request = request
  }

  get variables(): Record<string, unknown> | undefined {
    return this.#request.variables
  }

  get body(): string | undefined {
    return this.#request.body
  }

  get signal(): AbortSignal {
    if (!this.#own) {
      this.#own = new AbortController()
      if (this.aborted) this.#own.abort(this.#reason)
    }
    return this.#own.signal
  }

  get abandonment(): { readonly aborted: boolean } {
    return this
  }

  weigh(characters: number): void {
    this.#request.weigh?.(characters)
  }

  abort(reason: unknown): void {
    this.aborted = true
    this.#reason = reason
    this.#own?.abort(reason)
  }
}
