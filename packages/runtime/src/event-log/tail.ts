import { formatCursor, isCursorError, type Position, parseCursor } from './cursor.ts'
import type { EventTail, LoggedEvent } from './event.ts'
import type { PositionedPage } from './page.ts'
import type { EventTailer } from './tailer.ts'

const PAGE = 100
const RETRY_MS = 250
const DONE: IteratorResult<LoggedEvent, void> = { value: undefined, done: true }

/**
 * Events after a cursor, for ever. The subscriber is only a position: what follows it comes from the ring, or from a page
 * of the table when the ring no longer reaches back that far. So there is no hand-over from history to live, and a slow
 * reader holds one page at most. Written by hand, because an `async function*` cannot be returned while it waits.
 */
export function createTail(options: {
  readonly tailer: EventTailer
  readonly readPage: (position: Position, limit: number) => Promise<PositionedPage>
  readonly matches: (event: LoggedEvent) => boolean
  /** A cursor; null is the newest position known at the call, or the head as soon as the tailer knows it. */
  readonly after: string | null
  readonly signal: AbortSignal | undefined
}): EventTail {
  const { tailer, readPage, matches, after, signal } = options
  const waiting: PromiseWithResolvers<IteratorResult<LoggedEvent, void>>[] = []
  let position = after === null ? tailer.newest() : null
  let page: readonly LoggedEvent[] = []
  let pageIndex = 0
  let lastCursor = after
  let isReading = false
  let isClosed = false
  let stopWaiting: (() => void) | null = null

  const close = () => {
    isClosed = true
    page = []
    stopWaiting?.()
    stopWaiting = null
    signal?.removeEventListener('abort', close)
    for (const reader of waiting.splice(0)) reader.resolve(DONE)
  }

  const fail = (error: unknown) => {
    waiting.shift()?.reject(error)
    close()
  }

  const pullWhenChanged = () => {
    const stopListening = tailer.onChange(pull)
    stopWaiting = stopListening
  }

  const pullLater = () => {
    const timer = setTimeout(pull, RETRY_MS)
    stopWaiting = () => clearTimeout(timer)
  }

  /** Serves those who wait from memory, and arranges to be called again when that is not enough. */
  function pull(): void {
    stopWaiting?.()
    stopWaiting = null
    while (waiting.length > 0 && !isReading) {
      const event = page[pageIndex]
      if (event) {
        pageIndex++
        lastCursor = event.cursor
        waiting.shift()?.resolve({ value: event, done: false })
        continue
      }
      position ??= startingPosition()
      if (isClosed) return
      if (!position) return pullWhenChanged()
      const taken = tailer.take(position, matches, 1)
      if (!taken) return void readOn(position)
      position = taken.end
      page = taken.events
      pageIndex = 0
      if (taken.events.length === 0) return pullWhenChanged()
    }
  }

  function startingPosition(): Position | null {
    try {
      return after === null ? tailer.newest() : parseCursor(after)
    } catch (error) {
      fail(error)
      return null
    }
  }

  /** `from` is behind the ring, or ahead of it, or in another history, or the ring is empty: the table knows. */
  async function readOn(from: Position): Promise<void> {
    isReading = true
    const newestBefore = tailer.newest()
    try {
      const read = await readPage(from, PAGE)
      isReading = false
      if (isClosed) return
      position = read.end
      page = read.events
      pageIndex = 0
      const isAtEnd = read.end.pos === from.pos
      if (isAtEnd && tailer.newest() === newestBefore) pullWhenChanged()
      else pull()
    } catch (error) {
      isReading = false
      if (isClosed) return
      if (isCursorError(error)) fail(error)
      else pullLater()
    }
  }

  const end = async () => {
    close()
    return DONE
  }

  if (signal?.aborted) close()
  else signal?.addEventListener('abort', close, { once: true })

  return {
    next() {
      if (isClosed) return Promise.resolve(DONE)
      const reader = Promise.withResolvers<IteratorResult<LoggedEvent, void>>()
      waiting.push(reader)
      if (!stopWaiting) pull()
      return reader.promise
    },
    reached: () => (position && pageIndex >= page.length ? formatCursor(position) : lastCursor),
    return: end,
    throw: end,
    async [Symbol.asyncDispose]() {
      close()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
