import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codedError } from '../errors.ts'
import { readTogether } from '../read-together.ts'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import type { LoggedEvent } from './event.ts'
import { createEventLog, type EventLog } from './log.ts'
import { LogMark } from './log-mark.ts'
import { logStream, placeOf } from './log-stream.ts'
import type { Relay } from './relay.ts'

const DONE = { value: undefined, done: true }

let log: TestEventLog
let relay: Relay
let events: EventLog
beforeAll(async () => {
  log = await createTestEventLog()
  relay = log.startRelay()
  events = createEventLog(log.open('shop'))
})
afterAll(async () => {
  await events.close()
  await log.close()
})

const append = async (stream: string, ...numbers: readonly number[]) => {
  for (const n of numbers) await log.append(stream, 'shop.Sold', { n })
  await relay.idle()
}
const read = async (event: LoggedEvent) => ({ ...placeOf(event), n: event.payload.n })
type Opened = Awaited<ReturnType<typeof openMarked>>
const openMarked = async (
  stream: string,
  options: Partial<Parameters<typeof logStream<Awaited<ReturnType<typeof read>>>>[0]> & { after?: string | null } = {},
) => logStream({ events, filter: { streams: [stream] }, after: await events.settled(), read, ...options })
/** A stream whose marks are passed over. */
const unmarked = (stream: Opened) => ({
  return: () => stream.return(),
  async next() {
    for (;;) {
      const { value } = await stream.next()
      if (!value) return { value, done: true } as const
      if (!(value instanceof LogMark)) return { value, done: false } as const
    }
  },
})
const open = async (...args: Parameters<typeof openMarked>) => unmarked(await openMarked(...args))
const take = async <T>(source: { next(): Promise<{ readonly value: T | undefined | void }> }, count: number) => {
  const taken: T[] = []
  while (taken.length < count) {
    const { value } = await source.next()
    if (!value) break
    taken.push(value)
  }
  return taken
}

describe('a LOG stream', () => {
  it('gives each event with its place, and goes on from any of its cursors', async () => {
    const stream = await open('places')
    await append('places', 1, 2, 3)
    const taken = await take(stream, 3)
    expect(taken).toMatchObject([
      { n: 1, seq: 1 },
      { n: 2, seq: 2 },
      { n: 3, seq: 3 },
    ])
    await stream.return()
    const again = await open('places', { after: taken[0]?.cursor ?? null })
    expect(await take(again, 2)).toEqual(taken.slice(1))
    await again.return()
  })

  it('begins after what has happened if it has no cursor', async () => {
    await append('now', 1, 2)
    const stream = await open('now', { after: null })
    await append('now', 3)
    expect(await take(stream, 1)).toMatchObject([{ n: 3, seq: 3 }])
    await stream.return()
  })

  it('passes over what the viewer may not see without losing its place', async () => {
    const stream = await open('odd', { read: async (event) => (Number(event.payload.n) % 2 ? read(event) : null) })
    await append('odd', 2, 4, 1, 6, 3)
    expect(await take(stream, 2)).toMatchObject([
      { n: 1, seq: 3 },
      { n: 3, seq: 5 },
    ])
    await stream.return()
  })

  it('refuses a cursor that cannot be read from before it is a stream', async () => {
    const head = parseCursor(await events.settled())
    const refused: [string, string][] = [
      ['nonsense', 'CURSOR_INVALID'],
      [formatCursor({ ...head, pos: head.pos + 1_000n }), 'CURSOR_FUTURE'],
      [formatCursor({ ...head, epoch: 'abc' }), 'CURSOR_EPOCH_CHANGED'],
    ]
    for (const [after, code] of refused) {
      await expect(open('any', { after })).rejects.toMatchObject({ extensions: { code } })
    }
  })

  it('is over where the reader says so', async () => {
    const stream = await open('end', { read: async (event) => (event.payload.n === 2 ? 'END' : read(event)) })
    await append('end', 1, 2, 3)
    expect(await take(stream, 5)).toMatchObject([{ n: 1 }])
    expect(await stream.next()).toEqual(DONE)
  })

  it('ends with what the reader throws', async () => {
    const stream = await open('thrown', {
      read: async (event) => {
        if (event.payload.n === 2) throw codedError('FORBIDDEN', 'No longer.')
        return read(event)
      },
    })
    await append('thrown', 1, 2, 3)
    expect(await take(stream, 1)).toMatchObject([{ n: 1 }])
    await expect(stream.next()).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } })
    expect(await stream.next()).toEqual(DONE)
  })

  it('reads an event again until the database is back', async () => {
    let attempts = 0
    const stream = await open('away', {
      read: async (event) => {
        if (++attempts < 3) throw new Error('query failed', { cause: codedError('UNAVAILABLE', 'Away.') })
        return read(event)
      },
    })
    await append('away', 1, 2)
    expect(await take(stream, 2)).toMatchObject([{ n: 1 }, { n: 2 }])
    expect(attempts).toBe(4)
    await stream.return()
  })

  it('reads ahead where there is much to read, together and no further than it may, and gives all in order', async () => {
    const all = Array.from({ length: 500 }, (_, i) => i + 1)
    const after = await events.settled()
    await log.admin`select event_log.append('much', 'shop.Sold', jsonb_build_object('n', n), now()) from generate_series(1, 500) n order by n`
    await relay.idle()
    const batches: number[] = []
    let given = 0
    let furthest = 0
    const readMany = readTogether(async (asked: readonly LoggedEvent[]) => {
      batches.push(asked.length)
      await new Promise((resolve) => setImmediate(resolve))
      return Promise.all(asked.map(read))
    })
    const stream = await open('much', {
      after,
      read(event) {
        furthest = Math.max(furthest, Number(event.payload.n) - given)
        return readMany(event)
      },
    })
    const seen: unknown[] = []
    for (; given < 500; given++) seen.push((await stream.next()).value?.n)
    expect(seen).toEqual(all)
    expect(batches.length).toBeLessThan(250)
    expect(furthest).toBeLessThanOrEqual(65)
    await stream.return()
  })

  it('ends at its place with what the reader says or throws, however far it has read', async () => {
    for (const end of ['END', 'throw']) {
      const after = await events.settled()
      await append(`place ${end}`, ...Array.from({ length: 30 }, (_, i) => i + 1))
      const stream = await open(`place ${end}`, {
        after,
        read: async (event) => {
          // What comes later is there first.
          for (let turns = 40 - Number(event.payload.n); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
          if (Number(event.payload.n) < 20) return read(event)
          if (end === 'END') return 'END'
          throw codedError('FORBIDDEN', `No longer: ${event.payload.n}.`)
        },
      })
      expect((await take(stream, 19)).map(({ n }) => n)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1))
      if (end === 'throw') await expect(stream.next()).rejects.toThrow('No longer: 20.')
      expect(await stream.next()).toEqual(DONE)
    }
  })

  it('judges again what it has read ahead when it is asked for late', async () => {
    const after = await events.settled()
    await append('late', ...Array.from({ length: 40 }, (_, i) => i + 1))
    let isVisible = true
    let reads = 0
    const stream = await open('late', {
      after,
      read: async (event) => {
        reads++
        return isVisible ? read(event) : 'END'
      },
    })
    const taken = await take(stream, 8)
    expect(taken.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(reads).toBeGreaterThan(8)
    isVisible = false
    const readAt = performance.now()
    // So much later that what was read is worth nothing any more.
    await expect.poll(() => performance.now() - readAt).toBeGreaterThan(150)
    expect(await stream.next()).toEqual(DONE)
  })

  it('serves several pending calls of next in order', async () => {
    const stream = await openMarked('queue')
    const pending = [stream.next(), stream.next(), stream.next(), stream.next()]
    await append('queue', 1, 2, 3)
    const given = (await Promise.all(pending)).map(({ value }) => (value instanceof LogMark ? 'mark' : value?.n))
    expect(given).toEqual(['mark', 1, 2, 3])
    await stream.return()
  })

  it('can be returned while it waits for an event and while it reads one', async () => {
    const idle = await open('idle')
    const pending = [idle.next(), idle.next()]
    await idle.return()
    expect(await Promise.all(pending)).toEqual([DONE, DONE])

    const reading = Promise.withResolvers<void>()
    const busy = await open('busy', {
      read: () => {
        reading.resolve()
        return new Promise(() => {})
      },
    })
    const next = busy.next()
    await append('busy', 1)
    await reading.promise
    await busy.return()
    expect(await next).toEqual(DONE)
  })

  it('says where it begins before anything else', async () => {
    await append('marked', 1)
    const after = await events.settled()
    const [now, given] = [await openMarked('marked', { after: null }), await openMarked('marked', { after })]
    await append('marked', 2)
    for (const stream of [now, given]) {
      expect((await stream.next()).value).toEqual(new LogMark(after))
      expect((await stream.next()).value).toMatchObject({ n: 2 })
      await stream.return()
    }
  })

  it('tells who waits how far it has looked, and misses nothing by it', async () => {
    const stream = await openMarked('quiet', { markEveryMs: 5 })
    const seen: number[] = []
    let cursor = ''
    for (let n = 1; n <= 60; n++) {
      await append(n % 3 === 0 ? 'quiet' : 'loud', n)
      const head = await events.settled()
      // Whatever it has come to by then, an event of its own comes before a mark behind it.
      while (cursor !== head) {
        const { value } = await stream.next()
        if (!value) throw new Error('the stream is over')
        cursor = value.cursor
        if (!(value instanceof LogMark)) seen.push(Number(value.n))
      }
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => 3 * (i + 1)))
    await stream.return()
  })

  it('keeps the error of an event for whoever asks after a mark', async () => {
    const begun = Promise.withResolvers<void>()
    const reading = Promise.withResolvers<never>()
    const stream = await openMarked('failed', {
      markEveryMs: 5,
      read() {
        begun.resolve()
        return reading.promise
      },
    })
    await stream.next()
    const marked = stream.next()
    await append('another', 1)
    expect((await marked).value).toBeInstanceOf(LogMark)
    await append('failed', 1)
    await begun.promise
    const next = stream.next()
    reading.reject(codedError('FORBIDDEN', 'No longer.'))
    await expect(next).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } })
    expect(await stream.next()).toEqual(DONE)
  })

  it('ends when its signal aborts, and leaves nothing on it', async () => {
    const controller = new AbortController()
    const streams = await Promise.all(Array.from({ length: 20 }, () => open('abort', { signal: controller.signal })))
    const pending = streams.map((stream) => stream.next())
    await Promise.all(streams.slice(10).map((stream) => stream.return()))
    controller.abort()
    expect(await Promise.all(pending)).toEqual(streams.map(() => DONE))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    expect(await (await open('abort', { signal: controller.signal })).next()).toEqual(DONE)
  })

  it('says where to go on when what followed the cursor is no longer kept', async () => {
    const after = await events.settled()
    await append('expired', 1)
    const oldest = await events.settled()
    await log.expire()
    // Whoever still has the events in memory gives them; a process that has just started does not.
    const another = createEventLog(log.shop)
    const extensions = { code: 'CURSOR_EXPIRED', oldest }
    await expect(open('expired', { events: another, after })).rejects.toMatchObject({ extensions })
    const stream = await open('expired', { events: another, after: oldest })
    await append('expired', 2)
    expect(await take(stream, 1)).toMatchObject([{ n: 2, seq: 2 }])
    await stream.return()
    await another.close()
  })
})
