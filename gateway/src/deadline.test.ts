import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { startDeadline } from './deadline.ts'

const passed = (ms: number) => new Promise<number>((resolve) => startDeadline(ms, () => resolve(performance.now())))

it('passes when its time has come and not before, each by its own', async () => {
  const started = performance.now()
  const [late, soon] = await Promise.all([passed(120), passed(30)])
  expect(soon - started).toBeGreaterThanOrEqual(30)
  expect(late - started).toBeGreaterThanOrEqual(120)
  expect(soon).toBeLessThan(late)
})

it('does not pass once it is called off', async () => {
  let isPassed = false
  const callOff = startDeadline(30, () => (isPassed = true))
  callOff()
  await passed(60)
  expect(isPassed).toBe(false)
})

it('does not pass if one that passes at the same moment calls it off', async () => {
  const events: string[] = []
  const ends: (() => void)[] = []
  const first = startDeadline(30, () => {
    events.push('first')
    for (const end of ends) end()
  })
  for (let i = 0; i < 3; i++) ends.push(startDeadline(30, () => events.push('called off')))
  await passed(60)
  first()
  expect(events).toEqual(['first'])
})

it('passes whatever is left when others around it are called off', async () => {
  const events: number[] = []
  const ends = Array.from({ length: 20 }, (_, i) => startDeadline(30, () => events.push(i)))
  for (const i of [0, 19, 7, 8, 7, 12]) ends[i]?.()
  await passed(60)
  expect(events.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 9, 10, 11, 13, 14, 15, 16, 17, 18])
})

it('does not pass for what came in time and was not read because this process was busy', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server on a port has such an address.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[other]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  let isPassed = false
  const reply = once(socket, 'data')
  void reply.then(startDeadline(50, () => (isPassed = true)))
  other.write('reply')
  const busyUntil = performance.now() + 150
  while (performance.now() < busyUntil);
  await reply
  await passed(50)
  expect(isPassed).toBe(false)
  socket.destroy()
  server.close()
})
