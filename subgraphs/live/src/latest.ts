/** A value that changes, for any number of readers of which each gets only what it can keep up with. */
export type Latest<Value> = {
  /** What a new reader begins with. */
  set(value: Value): void
  /** As `set`, and gives the value to every reader; one that has not read the value before never will. */
  publish(value: Value): void
  /** The current value at once, then what is published. Ends at `return()`, also while pending. */
  read(): AsyncGenerator<Value, void, void>
  readonly readerCount: number
  /** Ends every reader once it has read the last value, or with `error` at once. */
  end(error?: unknown): void
}

type Reader<Value> = { offer(value: Value): void; end(error?: unknown): void }

/** Iterators are written by hand, because an `async function*` cannot be returned while it waits. */
export function createLatest<Value extends object>(onReaderGone: () => void): Latest<Value> {
  const readers = new Set<Reader<Value>>()
  const done: IteratorResult<Value, void> = { value: undefined, done: true }
  let current: Value | null = null
  let isEnded = false

  const read = (): AsyncGenerator<Value, void, void> => {
    const waiting: PromiseWithResolvers<IteratorResult<Value, void>>[] = []
    let unread: Value | null = current
    let failure: { readonly error: unknown } | null = null
    let isOver = isEnded

    const reader: Reader<Value> = {
      offer(value) {
        const next = waiting.shift()
        if (next) next.resolve({ value, done: false })
        else unread = value
      },
      end(error) {
        isOver = true
        readers.delete(reader)
        if (error !== undefined) {
          unread = null
          const next = waiting.shift()
          if (next) next.reject(error)
          else failure = { error }
        }
        for (const next of waiting.splice(0)) next.resolve(done)
      },
    }
    if (!isOver) readers.add(reader)

    const leave = async () => {
      unread = null
      failure = null
      const wasReading = readers.has(reader)
      reader.end()
      if (wasReading) onReaderGone()
      return done
    }

    return {
      next() {
        if (unread) {
          const value = unread
          unread = null
          return Promise.resolve({ value, done: false })
        }
        if (failure) {
          const { error } = failure
          failure = null
          return Promise.reject(error)
        }
        if (isOver) return Promise.resolve(done)
        const next = Promise.withResolvers<IteratorResult<Value, void>>()
        waiting.push(next)
        return next.promise
      },
      return: leave,
      throw: leave,
      async [Symbol.asyncDispose]() {
        await leave()
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  return {
    set(value) {
      current = value
    },
    publish(value) {
      current = value
      for (const reader of readers) reader.offer(value)
    },
    read,
    get readerCount() {
      return readers.size
    },
    end(error) {
      isEnded = true
      for (const reader of [...readers]) reader.end(error)
    },
  }
}
