import { GraphQLError } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { createEventLog, type EventLog } from './log.ts'

let log: TestEventLog
let events: EventLog
beforeAll(async () => {
  log = await createTestEventLog()
  log.startRelay()
  events = createEventLog(log.shop)
})
afterAll(async () => {
  await events.close()
  await log.close()
})

const coded = (code: string) => expect.objectContaining({ extensions: expect.objectContaining({ code }) })
const base64url = (text: string) => Buffer.from(text).toString('base64url')

describe('a cursor', () => {
  it('tells its place to the platform alone', () => {
    const position = { epoch: 'c0ffee', pos: 2n ** 60n }
    expect(parseCursor(formatCursor(position))).toEqual(position)
  })

  it('is CURSOR_INVALID if the log did not make it', async () => {
    const head = await events.head()
    const texts = [
      '',
      'x',
      `${head}=`,
      ` ${head}`,
      base64url('abc:01'),
      base64url('abc:-1'),
      base64url('abc:1:2'),
      base64url('xyz:1'),
    ]
    for (const after of texts) await expect(events.read({ after, limit: 1 })).rejects.toEqual(coded('CURSOR_INVALID'))
    await expect(events.tail({ after: 'x' }).next()).rejects.toEqual(coded('CURSOR_INVALID'))
  })

  it('is CURSOR_FUTURE if it is ahead of the head', async () => {
    const { epoch, pos } = parseCursor(await events.settled())
    const after = formatCursor({ epoch, pos: pos + 1n })
    await expect(events.read({ after, limit: 1 })).rejects.toEqual(coded('CURSOR_FUTURE'))
    await expect(events.tail({ after }).next()).rejects.toEqual(coded('CURSOR_FUTURE'))
  })

  it('is told that it is ahead of the head without a number or a cursor, however far it is', async () => {
    const { epoch, pos } = parseCursor(await events.settled())
    for (const ahead of [1n, 1_000n, 9_999_999_999_999_999_999n - pos]) {
      const refusal: unknown = await events
        .read({ after: formatCursor({ epoch, pos: pos + ahead }), limit: 1 })
        .catch((error) => error)
      if (!(refusal instanceof GraphQLError)) throw new Error(`${refusal} is no refusal`)
      expect(refusal.message).not.toMatch(/\d/)
      expect(refusal.extensions).toEqual({ code: 'CURSOR_FUTURE' })
    }
  })

  it('is CURSOR_EXPIRED, with the oldest one left, once events after it are no longer kept', async () => {
    const early = await events.settled()
    const append = (day: number) => log.append('days', 'shop.Sold', { day })
    await append(1)
    await append(2)
    const late = await events.settled()
    await log.expire()
    await append(3)
    await events.settled()
    // Another process: this one still has them in memory.
    const other = createEventLog(log.shop)
    expect(await other.oldest()).toBe(late)
    const expired = expect.objectContaining({ extensions: { code: 'CURSOR_EXPIRED', oldest: late } })
    await expect(other.read({ after: early, limit: 1 })).rejects.toEqual(expired)
    await expect(other.tail({ after: early }).next()).rejects.toEqual(expired)
    for (const after of [late, null]) {
      expect((await other.read({ after, limit: 10 })).events.map((event) => event.payload.day)).toEqual([3])
    }
    await other.close()
  })

  it('at the head can be used even if no event at all is kept', async () => {
    const head = await events.settled()
    await log.expire()
    expect(await events.oldest()).toBe(head)
    expect(await events.read({ after: head, limit: 1 })).toEqual({ events: [], next: head })
  })

  it('is CURSOR_EPOCH_CHANGED after a restore, for readers and for open tails', async () => {
    const before = await events.settled()
    const tail = events.tail({ after: before })
    const waiting = tail.next()
    await log.admin`select event_log.start_epoch()`
    await expect(events.read({ after: before, limit: 1 })).rejects.toEqual(coded('CURSOR_EPOCH_CHANGED'))
    await expect(waiting).rejects.toEqual(coded('CURSOR_EPOCH_CHANGED'))
    expect(await tail.next()).toEqual({ value: undefined, done: true })
    const after = await events.head()
    await log.append('new life')
    await events.settled()
    expect((await events.read({ after, limit: 1 })).events).toMatchObject([{ stream: 'new life', seq: 1n }])
  })
})
