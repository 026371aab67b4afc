import { expect, it } from 'vitest'
import type { Ask, Call } from './call.ts'
import { shareReads } from './shared-reads.ts'
import type { SubgraphAnswer, SubgraphOperation } from './subgraph-operation.ts'

const callOf = (): Call => ({ viewer: null, requestId: 'r', signal: new AbortController().signal })
const read: SubgraphOperation = { query: 'query($id: ID!) { x(id: $id) }', variables: { id: '1' } }
const other: SubgraphOperation = { ...read, variables: { id: '2' } }

/** A subgraph that answers when it is told to, and reads of it that are shared, as promises. */
function createSource() {
  const asked: { answer: (data: Record<string, unknown>) => void }[] = []
  const ask: Ask = (_subgraph, _operation, _call, take) => void asked.push({ answer: (data) => take({ data }) })
  const shared = shareReads(ask)
  const fetch = (subgraph: string, operation: SubgraphOperation, call: Call) =>
    new Promise<SubgraphAnswer>((resolve) => shared(subgraph, operation, call, resolve))
  return { asked, fetch }
}

it('asks once for reads of one operation that are alike and under way, and gives each data of its own', async () => {
  const { asked, fetch } = createSource()
  const call = callOf()
  const answers = [fetch('a', read, call), fetch('a', { ...read }, call), fetch('a', read, call)]
  expect(asked).toHaveLength(1)
  asked[0]?.answer({ x: { list: [1] } })
  const [first, second, third] = await Promise.all(answers)
  expect(second).toEqual(first)
  expect(second?.data).not.toBe(first?.data)
  expect(third?.data?.x).not.toBe(second?.data?.x)
})

it('does not give one reader what another has taken out of a reply', () => {
  const { asked, fetch } = createSource()
  const call = callOf()
  const [parse, other] = [() => undefined, () => undefined]
  void fetch('a', { ...read, parse }, call)
  void fetch('a', { ...read, parse: other }, call)
  void fetch('a', { ...read, parse }, call)
  expect(asked).toHaveLength(2)
})

it('asks again for another subgraph, other variables, another operation, a mutation, and once the answer is there', async () => {
  const { asked, fetch } = createSource()
  const call = callOf()
  const first = fetch('a', read, call)
  void fetch('b', read, call)
  void fetch('a', other, call)
  void fetch('a', read, callOf())
  const mutation = { query: 'mutation { x }' }
  void fetch('a', mutation, call)
  void fetch('a', mutation, call)
  expect(asked).toHaveLength(6)
  asked[0]?.answer({ x: 1 })
  await first
  void fetch('a', read, call)
  expect(asked).toHaveLength(7)
})
