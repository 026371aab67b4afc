import { expect, it } from 'vitest'
import { createEventQueue } from './event-stream.ts'

const event = (n: number) => ({ data: { n } })

function queueOf(limit = 10) {
  const returned = { times: 0 }
  const queue = createEventQueue({
    limit,
    onOverflow: () => event(-1),
    onReturn: () => {
      returned.times++
    },
  })
  return { queue, returned }
}

it('delivers what was pushed before and after it was asked for, in order, then the end', async () => {
  const { queue, returned } = queueOf()
  queue.push(event(1))
  queue.push(event(2))
  expect([await queue.stream.next(), await queue.stream.next()].map(({ value }) => value)).toEqual([event(1), event(2)])
  const pending = queue.stream.next()
  queue.push(event(3))
  queue.end(event(4))
  expect((await pending).value).toEqual(event(3))
  expect((await queue.stream.next()).value).toEqual(event(4))
  expect((await queue.stream.next()).done).toBe(true)
  expect(returned.times).toBe(0)
})

it('can be returned while a read is pending, and says so once', async () => {
  const { queue, returned } = queueOf()
  const pending = queue.stream.next()
  await queue.stream.return()
  await queue.stream.return()
  expect(await pending).toEqual({ value: undefined, done: true })
  expect(returned.times).toBe(1)
})

it('cuts off a reader that falls behind, after what it has kept for it', async () => {
  const { queue, returned } = queueOf(2)
  for (const n of [1, 2, 3, 4]) queue.push(event(n))
  const read = []
  for await (const value of queue.stream) read.push(value)
  expect(read).toEqual([event(1), event(2), event(-1)])
  expect(returned.times).toBe(1)
})
