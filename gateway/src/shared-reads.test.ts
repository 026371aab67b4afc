import { newId } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { expect, it } from 'vitest'
import type { Call } from './call.ts'
import { shareReads } from './shared-reads.ts'
import type { Ask, SubgraphAnswer, SubgraphOperation } from './subgraph-calls.ts'

const someone: Viewer = { userId: newId(new Date(0)), roles: ['user'] }
const callOf = (viewer: Viewer | null, signal = new AbortController().signal): Call => ({ viewer, requestId: 'r', signal })
const read: SubgraphOperation = { query: 'query($id: ID!) { x(id: $id) }', variables: { id: '1' } }
const other: SubgraphOperation = { ...read, variables: { id: '2' } }

/** A subgraph that answers when it is told to. */
function createSource() {
  const asked: { subgraph: string; call: Call; answer: (data: Record<string, unknown>) => void }[] = []
  const ask: Ask = (subgraph, _, call, take) => void asked.push({ subgraph, call, answer: (data) => take({ data }) })
  return { asked, ask }
}

/** Reads that are shared, as promises. */
const share = (source: Ask, options: { readonly acrossRequests: boolean }) => {
  const shared = shareReads(source, options)
  return (subgraph: string, operation: SubgraphOperation, call: Call) =>
    new Promise<SubgraphAnswer>((resolve) => shared(subgraph, operation, call, resolve))
}

it('asks once for reads of one operation that are alike and under way, and gives each data of its own', async () => {
  const { asked, ask } = createSource()
  const shared = share(ask, { acrossRequests: false })
  const call = callOf(someone)
  const answers = [shared('a', read, call), shared('a', { ...read }, call), shared('a', read, call)]
  expect(asked).toHaveLength(1)
  asked[0]?.answer({ x: { list: [1] } })
  const [first, second, third] = await Promise.all(answers)
  expect(second).toEqual(first)
  expect(second?.data).not.toBe(first?.data)
  expect(third?.data?.x).not.toBe(second?.data?.x)
})

it('asks again for another subgraph, other variables, another operation, a mutation, and once the answer is there', async () => {
  const { asked, ask } = createSource()
  const shared = share(ask, { acrossRequests: false })
  const call = callOf(null)
  const first = shared('a', read, call)
  void shared('b', read, call)
  void shared('a', other, call)
  void shared('a', read, callOf(null))
  const mutation = { query: 'mutation { x }' }
  void shared('a', mutation, call)
  void shared('a', mutation, call)
  expect(asked).toHaveLength(6)
  asked[0]?.answer({ x: 1 })
  await first
  void shared('a', read, call)
  expect(asked).toHaveLength(7)
})

it('shares reads of anonymous clients only, where it may', () => {
  const { asked, ask } = createSource()
  const shared = share(ask, { acrossRequests: true })
  void shared('a', read, callOf(null))
  void shared('a', read, callOf(null))
  expect(asked).toHaveLength(1)
  void shared('a', read, callOf(someone))
  void shared('a', read, callOf(someone))
  expect(asked).toHaveLength(3)
})

it('goes on for the others when the one who asked first has gone, and stops when all have', async () => {
  const { asked, ask } = createSource()
  const shared = share(ask, { acrossRequests: true })
  const [one, two] = [new AbortController(), new AbortController()]
  const first = shared('a', read, callOf(null, one.signal))
  const second = shared('a', read, callOf(null, two.signal))
  one.abort()
  expect((await first).errors?.[0]?.extensions.code).toBe('UNAVAILABLE')
  expect(asked[0]?.call.signal.aborted).toBe(false)
  asked[0]?.answer({ x: 1 })
  expect(await second).toEqual({ data: { x: 1 } })

  const alone = shared('a', read, callOf(null, two.signal))
  two.abort()
  await alone
  expect(asked[1]?.call.signal.aborted).toBe(true)
  void shared('a', read, callOf(null))
  expect(asked).toHaveLength(3)
})
