import { expect, it } from 'vitest'
import { admitted, costGraph } from '../../../test/testing/cost-graph.ts'
import { countAnswer } from './measure.ts'
import { compileCost } from './program.ts'

function count(query: string, data: unknown, cut: (text: string) => readonly string[] = (text) => [text]) {
  const { document, definition, coercedVariables } = admitted({ query })
  return countAnswer(compileCost(document, definition, costGraph).measures, cut(JSON.stringify(data)), coercedVariables)
}

it('counts the objects of an answer', () => {
  expect(count('{ me { name friend { name } } }', { me: { name: 'x', friend: null } })).toBe(1)
  expect(
    count('{ people { edges { node { id } } } }', { people: { edges: [{ node: { id: '1' } }, { node: { id: '2' } }] } }),
  ).toBe(5)
})

it('counts an object of which only other types were asked for anything', () => {
  expect(
    count('query ($v: Boolean = false) { one { ... on Robot { id } ... on Person { id @include(if: $v) } } }', { one: {} }),
  ).toBe(1)
  const nested =
    'query ($v: Boolean = false) { one { ... on Robot { maker { id } } ... on Person { maker: friend { id @include(if: $v) } } } }'
  expect(count(nested, { one: { maker: {} } })).toBe(2)
})

it('takes no text for an object', () => {
  const name = '{"name":{"a":1}} {'
  expect(count('{ me { name } }', { me: { name } })).toBe(1)
  expect(count('{ me { name } dear }', { me: { name }, dear: 3 })).toBe(5)
})

it('counts over the pieces in which an answer is written', () => {
  const data = { me: { name: 'x', friend: { name: '{' } } }
  const query = '{ me { name friend { name } } }'
  expect(count(query, data, (text) => [text.slice(0, 7), text.slice(7, 22), text.slice(22)])).toBe(2)
})

it('counts nothing where there is nothing', () => {
  expect(count('{ me { name } }', null)).toBe(0)
  expect(count('{ me { name } }', { me: null })).toBe(0)
  expect(count('{ dear me { name } }', { dear: null, me: null })).toBe(0)
})

it('counts by the weights that the schema gives', () => {
  const report = { total: 3 }
  expect(
    count('{ dear a: me { report { total } secrets { text } } }', { dear: 1, a: { report, secrets: [{ text: 'x' }] } }),
  ).toBe(10)
  expect(count('{ report(days: 1) { total } }', { report: null })).toBe(2)
})

it('does not count introspection, which was not estimated either', () => {
  expect(
    count('{ __type(name: "Person") { name fields { name } } }', { __type: { name: 'Person', fields: [{ name: 'id' }] } }),
  ).toBe(0)
})

it('lets others have their turn while it counts in a large answer', async () => {
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const edges = Array.from({ length: 600_000 }, (_, index) => ({ node: { id: `{"[,${index}]}` } }))
  const cut = (text: string) => text.match(/.{1,32768}/gs) ?? []
  expect(await count('{ dear people { edges { node { id } } } }', { dear: 1, people: { edges } }, cut)).toBe(1_200_005)
  isOver = true
  expect(turns).toBeGreaterThan(1)
})
