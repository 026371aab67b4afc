import { codedError } from '@planet/runtime/errors'
import { createEventQueue } from '../subgraphs/event-stream.ts'
import type { EventStream } from '../subgraphs/transport.ts'
import { resultOf } from './frame.ts'
import type { Subscriber, Subscription } from './subscriber.ts'

/** Events that may wait for a reader within this process. */
const MAX_WAITING_EVENTS = 1_000

/** A subscription as a stream, for readers in this process. */
export function streamOf(watch: (subscriber: Subscriber) => Promise<Subscription>, signal: AbortSignal): EventStream {
  let subscription: Subscription | undefined
  let isGone = false
  const leave = () => {
    isGone = true
    signal.removeEventListener('abort', onAbort)
    subscription?.leave()
  }
  const queue = createEventQueue({
    limit: MAX_WAITING_EVENTS,
    onOverflow: () => ({ errors: [codedError('SLOW_CONSUMER', 'Events came faster than they were read. Subscribe again.')] }),
    onReturn: leave,
  })
  const onAbort = () => void queue.stream.return()
  signal.addEventListener('abort', onAbort, { once: true })
  const opening = watch({
    take(frame) {
      queue.push(resultOf(frame))
      return true
    },
    whenSent: () => undefined,
    hold() {},
    release() {},
    end(last) {
      signal.removeEventListener('abort', onAbort)
      queue.end(last ? resultOf(last) : undefined)
    },
  })
  opening.then(
    (opened) => {
      subscription = opened
      if (isGone) opened.leave()
    },
    () => queue.end({ errors: [codedError('INTERNAL', 'Something went wrong on our side.')] }),
  )
  if (signal.aborted) onAbort()
  return queue.stream
}
