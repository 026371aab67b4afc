import type { ExecutionResult } from 'graphql'
import type { EventStream } from './transport.ts'

// Written by hand: an `async function*` cannot be returned while its source is pending, so upstreams would leak.

const DONE: IteratorResult<ExecutionResult, void> = { value: undefined, done: true }

const streamOf = (next: () => Promise<IteratorResult<ExecutionResult, void>>, end: () => Promise<void>): EventStream => {
  const finish = async () => {
    await end()
    return DONE
  }
  return {
    next,
    return: finish,
    throw: finish,
    async [Symbol.asyncDispose]() {
      await end()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The results of `source`, each as `map` gives it. */
export const mapStream = (source: EventStream, map: (result: ExecutionResult) => ExecutionResult): EventStream =>
  streamOf(
    async () => {
      const step = await source.next()
      return step.done ? step : { value: map(step.value), done: false }
    },
    async () => void (await source.return()),
  )

/** What a producer pushes and a stream's reader takes. */
export type EventQueue = {
  readonly stream: EventStream
  push(result: ExecutionResult): void
  /** Ends the stream after what was pushed, with `last` if given. */
  end(last?: ExecutionResult): void
}

/**
 * A stream fed from callbacks that keeps at most `limit` unread results; one more ends it with what `onOverflow` gives.
 * `onReturn` is called once, when the reader leaves before the end or falls behind.
 */
export function createEventQueue(options: {
  limit: number
  onOverflow: () => ExecutionResult
  onReturn: () => void
}): EventQueue {
  const unread: ExecutionResult[] = []
  let isEnded = false
  let wake: ((result: IteratorResult<ExecutionResult, void>) => void) | undefined
  const deliver = (result: IteratorResult<ExecutionResult, void>) => {
    const waiting = wake
    wake = undefined
    waiting?.(result)
  }
  const finish = () => {
    isEnded = true
    deliver(DONE)
  }
  const push = (result: ExecutionResult) => {
    if (isEnded) return
    if (wake) return deliver({ value: result, done: false })
    if (unread.length < options.limit) return void unread.push(result)
    unread.push(options.onOverflow())
    finish()
    options.onReturn()
  }
  return {
    push,
    end(last) {
      if (last) push(last)
      if (!isEnded) finish()
    },
    stream: streamOf(
      () => {
        const value = unread.shift()
        if (value) return Promise.resolve({ value, done: false })
        if (isEnded) return Promise.resolve(DONE)
        return new Promise((resolve) => {
          wake = resolve
        })
      },
      async () => {
        unread.length = 0
        if (isEnded) return
        finish()
        options.onReturn()
      },
    ),
  }
}
