import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createHttpTransport } from './http-transport.ts'
import { type GuardedTransport, guardTransport, type SubgraphState } from './subgraph-guard.ts'

type Behaviour = (response: ServerResponse, query: string, request: IncomingMessage) => void
const answers: Behaviour = (response) => response.end('{"data":{"x":1}}')
const hangs: Behaviour = () => {}
const cuts: Behaviour = (_, __, request) => request.socket.destroy()

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** A subgraph on a port of its own that can go away and come back there, and what reached it. */
async function startSubgraph() {
  const asked: string[] = []
  let behave = answers
  let server: Server
  const listen = async (port: number) => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (bytes: Buffer) => (body += bytes.toString()))
      request.on('end', () => {
        const { query } = JSON.parse(body) as { query: string }
        asked.push(query)
        behave(response, query, request)
      })
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    // A server on a port has such an address.
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  const vanish = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const states: SubgraphState[] = []
  const guarded = guardTransport(createHttpTransport(`http://127.0.0.1:${port}/graphql`), (state) => states.push(state))
  const close = async () => {
    await guarded.close()
    await vanish()
  }
  opened.push({ close })
  return {
    guarded,
    asked,
    states,
    vanish,
    back: () => listen(port),
    behave: (next: Behaviour) => {
      behave = next
    },
  }
}

const request = (query = '{ x }', timeoutMs = 2_000, signal = new AbortController().signal) => ({
  query,
  viewerToken: 't',
  requestId: 'r',
  signal,
  timeoutMs,
})
/** `answered`, or what a call failed with. */
const ask = (guarded: GuardedTransport, ...args: Parameters<typeof request>) =>
  guarded.execute(request(...args)).then(
    () => 'answered',
    (error: Error & { kind?: string; extensions?: { code?: string } }) => error.kind ?? error.extensions?.code ?? error.message,
  )
const many = (count: number, of: () => Promise<string>) => Promise.all(Array.from({ length: count }, of))
const tally = (results: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(results, (result) => result)].map(([result, all]) => [result, all.length]))

it('lets reads wait for a subgraph that is away and sends each once when it is back; mutations fail at once', async () => {
  const { guarded, asked, states, vanish, back } = await startSubgraph()
  await vanish()
  const reads = many(300, () => ask(guarded))
  expect(await ask(guarded, 'mutation { x }')).toBe('absent')
  expect(guarded.stats()).toMatchObject({ state: 'away', waiting: 300, underWay: 300 })
  await back()
  expect(tally(await reads)).toEqual({ answered: 300 })
  expect(asked).toHaveLength(300)
  expect(states).toEqual(['away', 'up'])
  expect(guarded.stats()).toMatchObject({ state: 'up', waiting: 0, underWay: 0, repeated: 0 })
})

it('asks reads again that were under way in a process that died, however many; mutations are sent once', async () => {
  const { guarded, asked, vanish, back, behave } = await startSubgraph()
  behave(hangs)
  const reads = many(50, () => ask(guarded))
  const mutation = ask(guarded, 'mutation { x }')
  await expect.poll(() => asked.length).toBe(51)
  behave(answers)
  await vanish()
  expect(await mutation).toBe('broken')
  await expect.poll(() => guarded.stats().state).toBe('away')
  await back()
  expect(tally(await reads)).toEqual({ answered: 50 })
  expect(asked.filter((query) => query.startsWith('mutation'))).toHaveLength(1)
  expect(asked).toHaveLength(101)
})

it('asks again what a living subgraph broke off, but no more than a tenth of all calls', async () => {
  const { guarded, asked, behave } = await startSubgraph()
  behave((...exchange) => (asked.length === 1 ? cuts : answers)(...exchange))
  expect(await ask(guarded)).toBe('answered')
  expect(asked).toHaveLength(2)
  behave(cuts)
  for (let round = 0; round < 20; round++) await many(50, () => ask(guarded))
  expect(asked.length).toBeGreaterThan(1_002)
  expect(asked.length).toBeLessThanOrEqual(2 + 1_000 + 100 + 10)
  asked.length = 0
  expect(await ask(guarded, 'mutation { x }')).toBe('broken')
  expect(asked).toHaveLength(1)
})

it('asks a read that breaks its connection each time only once more', async () => {
  const { guarded, asked, behave } = await startSubgraph()
  behave(cuts)
  expect(await ask(guarded)).toBe('broken')
  expect(asked).toHaveLength(2)
})

it('refuses calls of a subgraph that hangs, but for one a second, until one of them is answered', async () => {
  const { guarded, asked, states, behave } = await startSubgraph()
  behave(hangs)
  await many(300, () => ask(guarded, '{ x }', 300))
  expect(states).toEqual(['refused'])
  const began = performance.now()
  const calls: Promise<string>[] = []
  while (performance.now() - began < 2_500) {
    calls.push(ask(guarded, '{ probe }', 300))
    await new Promise((resolve) => setImmediate(resolve))
  }
  // What still reaches it was let through, and is all that waits.
  expect(tally(await Promise.all(calls))).toEqual({ UNAVAILABLE: calls.length - 2, 'this took longer than it may': 2 })
  expect(asked.filter((query) => query === '{ probe }')).toHaveLength(2)
  behave(answers)
  await expect.poll(() => ask(guarded), { interval: 10 }).toBe('answered')
  expect(states).toEqual(['refused', 'up'])
  expect(tally(await many(50, () => ask(guarded)))).toEqual({ answered: 50 })
})

it('sends nothing that still waits for its turn once it is known that a subgraph hangs', async () => {
  const { guarded, asked, behave } = await startSubgraph()
  behave(hangs)
  const first = many(64, () => ask(guarded, '{ first }', 500))
  await expect.poll(() => asked.length).toBe(64)
  const later = many(100, () => ask(guarded, '{ later }', 2_000))
  expect(tally(await first)).toEqual({ 'this took longer than it may': 64 })
  expect(guarded.stats().state).toBe('refused')
  // The five that told have made room for as many.
  expect(tally(await later).UNAVAILABLE).toBeGreaterThanOrEqual(95)
  expect(asked.filter((query) => query === '{ later }').length).toBeLessThanOrEqual(5)
  expect(guarded.stats().underWay).toBe(0)
})

it('does not take slow calls for a subgraph that hangs while it answers others', async () => {
  const { guarded, states, behave } = await startSubgraph()
  behave((...exchange) => (exchange[1].includes('slow') ? hangs : answers)(...exchange))
  const slow = many(40, () => ask(guarded, '{ slow }', 300))
  let isOver = false
  void slow.finally(() => (isOver = true))
  while (!isOver) expect(await ask(guarded)).toBe('answered')
  expect(tally(await slow)).toEqual({ 'this took longer than it may': 40 })
  expect(states).toEqual([])
})

it('lets no more than 256 calls wait for a subgraph that has said nothing for a second', async () => {
  const { guarded, asked, behave } = await startSubgraph()
  behave(hangs)
  const first = many(300, () => ask(guarded, '{ x }', 4_000))
  await expect.poll(() => ask(guarded, '{ x }', 50)).toBe('UNAVAILABLE')
  expect(guarded.stats().underWay).toBeLessThanOrEqual(350)
  // At most as many as there are connections ever reach it.
  expect(asked.length).toBeLessThanOrEqual(64)
  await first
})

it('takes a subgraph that stays away for gone: calls fail at once, and it is found again within a second', async () => {
  const { guarded, states, vanish, back } = await startSubgraph()
  await vanish()
  const began = performance.now()
  expect(await ask(guarded)).toBe('absent')
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(performance.now() - began).toBeGreaterThan(4_000)
  await expect.poll(() => states).toEqual(['away', 'refused'])
  const asked = performance.now()
  expect(['UNAVAILABLE', 'absent']).toContain(await ask(guarded))
  expect(performance.now() - asked).toBeLessThan(1_000)
  await back()
  await expect.poll(() => ask(guarded), { interval: 10 }).toBe('answered')
  expect(states).toEqual(['away', 'refused', 'up'])
})

it('forgets a read that waits once nobody waits for it', async () => {
  const { guarded, asked, vanish, back } = await startSubgraph()
  await vanish()
  const client = new AbortController()
  const read = ask(guarded, '{ x }', 2_000, client.signal)
  await expect.poll(() => guarded.stats().waiting).toBe(1)
  client.abort()
  expect(await read).toBe('absent')
  expect(guarded.stats()).toMatchObject({ waiting: 0, underWay: 0, outcomes: { abandoned: 1 } })
  await back()
  expect(await ask(guarded)).toBe('answered')
  expect(asked).toHaveLength(1)
})
