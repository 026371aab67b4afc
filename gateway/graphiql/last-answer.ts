export type Answer = {
  readonly status: number
  readonly ms: number
  readonly bytes: number
  /** Undefined for an operation that was refused. */
  readonly cost: { readonly estimated: number; readonly actual: number } | undefined
  readonly requestId: string
}

/** What the footer shows of the operation run last. */
export type LastAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'streaming'; readonly events: number; readonly cost: Answer['cost'] }
  | { readonly kind: 'over'; readonly how: string }

let last: LastAnswer = { kind: 'none' }
const listeners = new Set<() => void>()

const set = (next: LastAnswer) => {
  last = next
  for (const listener of listeners) listener()
}

export const reportStart = () => set({ kind: 'waiting' })
export const reportAnswer = (answer: Answer) => set({ kind: 'answered', answer })
export const reportEvent = (cost: Answer['cost']) =>
  set({ kind: 'streaming', events: last.kind === 'streaming' ? last.events + 1 : 1, cost })

/** It is over, without an answer; what came of a stream before stays. */
export const reportOver = (how: string) => {
  if (last.kind === 'waiting') set({ kind: 'over', how })
}
export const reportFailure = (how: string) => set({ kind: 'over', how })

export const lastAnswer = {
  get: () => last,
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  },
}
