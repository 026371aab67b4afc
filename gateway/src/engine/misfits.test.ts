import { silentLog } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMemoryGraph, type MemoryGraph } from '../../test/differential/memory-graph.ts'
import { link } from '../../test/differential/world.ts'
import { createAdmission } from '../admission/admission.ts'
import { maskResult } from '../masking.ts'
import { createCompiledEngine } from './compiled-engine.ts'
import type { Engine } from './engine.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])'
const SUBGRAPHS = {
  a: `type Query { one: Item  items: [Item!]  must: [Item!]!  nodes: [Node]  either: Either  plain: Plain  n: Int }
      interface Node { title: String!  owner: Item }
      type A implements Node { title: String!  owner: Item }
      type B implements Node { title: String!  owner: Item }
      union Either = A | B
      type Plain { s: String  n: Int  f: Float  on: Boolean  id: ID  list: [Int!]  lists: [[Int]] }
      type Item @key(fields: "id") { id: ID! }`,
  b: `enum Kind { BIG SMALL }
      type Item @key(fields: "id") { id: ID!  name: String  kind: Kind  tags: [String!]  sure: String!  boss: Person }
      type Person @key(fields: "id") { id: ID! }`,
  c: 'type Person @key(fields: "id") { id: ID!  nick: String }',
}
const item = (n: number) => ({
  __typename: 'Item',
  id: `${n}`,
  name: `n${n}`,
  kind: 'BIG',
  tags: ['a'],
  sure: 's',
  boss: link('p'),
})
const ROWS = {
  i1: item(1),
  i2: item(2),
  p: { __typename: 'Person', id: 'p', nick: 'x' },
  Query: { __typename: 'Query', one: link('i1'), items: [link('i1'), link('i2')], must: [link('i1')] },
}

const FIRST = { __typename: 'Item', id: '1' }

let graph: MemoryGraph
let engine: Engine

beforeAll(async () => {
  graph = createMemoryGraph(
    Object.entries(SUBGRAPHS).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` })),
    ROWS,
  )
  const { supergraphSdl, calls } = graph
  engine = await createCompiledEngine({ supergraphSdl, calls, log: silentLog, planning: 'inline' })
})

type Change = (result: ExecutionResult, subgraph: string) => unknown

/** The data, and where it has an error, of the first use of an operation and of two later ones, which must be the same. */
async function answerTo(query: string, change: Change) {
  const admission = createAdmission(graph.api, { introspection: true })({ query })
  if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join())
  const answers = []
  for (let use = 1; use <= 3; use++) {
    const call = graph.begin({
      // What a subgraph sends need not be what its schema says.
      answer: (subgraph, _, result) => ({ ...result, data: change(result, subgraph) as ExecutionResult['data'] & object }),
    })
    const { data, errors = [] } = maskResult(await engine.execute(admission.operation, call), 'r', silentLog)
    graph.end(call)
    expect(errors.every(({ extensions }) => extensions.code === 'INTERNAL')).toBe(true)
    answers.push({ data, paths: errors.map(({ path }) => path?.join('.') ?? '') })
  }
  const [first, ...later] = answers
  for (const each of later) expect(each).toEqual(first)
  return first
}

const of =
  (name: string, data: unknown): Change =>
  (result, subgraph) =>
    subgraph === name ? data : result.data
const entities =
  (change: (list: readonly Record<string, unknown>[]) => unknown): Change =>
  ({ data }, subgraph) =>
    subgraph === 'b'
      ? Object.fromEntries(Object.entries(data ?? {}).map(([name, list]) => [name, change(list as Record<string, unknown>[])]))
      : data
const second = (value: unknown) => entities((list) => list.map((each, index) => (index === 1 ? value : each)))
const withFields = (fields: object) =>
  entities((list) => list.map((each, index) => (index === 0 ? { ...each, ...fields } : each)))

describe('an answer of a subgraph that does not fit its schema', () => {
  it.each<[string, string, Change, unknown, readonly string[]]>([
    ['a list for an object', '{ one { id } n }', of('a', { one: [FIRST], n: 1 }), { one: null, n: 1 }, ['one']],
    ['an empty list for an object', '{ plain { s } }', of('a', { plain: [] }), { plain: null }, ['plain']],
    ['a text for an object', '{ one { id } n }', of('a', { one: 'x', n: 1 }), { one: null, n: 1 }, ['one']],
    ['an object for a list', '{ items { id } n }', of('a', { items: FIRST, n: 1 }), { items: null, n: 1 }, ['items']],
    [
      'a text in a list of objects',
      '{ items { id } n }',
      of('a', { items: [FIRST, 'x'] }),
      { items: null, n: null },
      ['items.1'],
    ],
    ['a list in a list of objects', '{ items { id } }', of('a', { items: [[FIRST]] }), { items: null }, ['items.0']],
    ['a text for a list that must be there', '{ must { id } n }', of('a', { must: 'x', n: 1 }), null, ['must']],
    ['a list in a list that must be there', '{ must { id } n }', of('a', { must: [[FIRST]], n: 1 }), null, ['must.0']],
    [
      'wrong scalars',
      '{ plain { s n f on id list lists } n }',
      of('a', { plain: { s: 5, n: '5', f: 'x', on: 1, id: {}, list: [1, 'x'], lists: [[1], 2] }, n: 3_000_000_000 }),
      { plain: { s: null, n: null, f: null, on: null, id: null, list: null, lists: [[1], null] }, n: null },
      ['plain.s', 'plain.n', 'plain.f', 'plain.on', 'plain.id', 'plain.list.1', 'plain.lists.1', 'n'],
    ],
    [
      'lists and objects for scalars',
      '{ plain { s n f on id } }',
      of('a', { plain: { s: ['x'], n: [1], f: {}, on: [], id: ['1'] } }),
      { plain: { s: null, n: null, f: null, on: null, id: null } },
      ['plain.s', 'plain.n', 'plain.f', 'plain.on', 'plain.id'],
    ],
    [
      'types that do not belong there',
      '{ nodes { title } either { __typename } plain { s } }',
      of('a', {
        nodes: [
          { __typename: 'Nope', title: 'x' },
          { __typename: 'Item', title: 'x' },
          { __typename: 'Node', title: 'x' },
        ],
        either: { __typename: 'Either' },
        plain: { __typename: 'A', s: 's' },
      }),
      { nodes: [null, null, null], either: null, plain: null },
      ['nodes.0', 'nodes.1', 'nodes.2', 'either', 'plain'],
    ],
    [
      'no type where it was asked for',
      '{ nodes { title ... on A { owner { name } } } either { ... on A { title } } }',
      of('a', { nodes: [{ title: 'x' }, { __typename: 5, title: 'x' }], either: { title: 'x' } }),
      { nodes: [null, null], either: null },
      ['nodes.0', 'nodes.1', 'either'],
    ],
    ['data that is a text', '{ one { name } n }', of('a', 'x'), { one: null, n: null }, ['']],
    ['data that is a list', '{ one { name } n }', of('a', ['x']), { one: null, n: null }, ['']],
    [
      'entities that are no list',
      '{ items { id name } }',
      entities(() => 'x'),
      {
        items: [
          { id: '1', name: null },
          { id: '2', name: null },
        ],
      },
      ['items'],
    ],
    [
      'too few entities',
      '{ items { id name } }',
      entities((list) => list.slice(1)),
      {
        items: [
          { id: '1', name: null },
          { id: '2', name: null },
        ],
      },
      ['items'],
    ],
    ...['x', 5, [], [FIRST]].map((value): [string, string, Change, unknown, readonly string[]] => [
      `${JSON.stringify(value)} for an entity`,
      '{ items { id name } }',
      second(value),
      {
        items: [
          { id: '1', name: 'n1' },
          { id: '2', name: null },
        ],
      },
      ['items.1'],
    ]),
    [
      'a text for an entity with a field that must be there',
      '{ items { sure } n }',
      second('x'),
      { items: null, n: null },
      ['items.1'],
    ],
    [
      'wrong fields of an entity',
      '{ items { name kind tags } }',
      withFields({ name: 5, kind: 'HUGE', tags: 'x' }),
      {
        items: [
          { name: null, kind: null, tags: null },
          { name: 'n2', kind: 'BIG', tags: ['a'] },
        ],
      },
      ['items.0.name', 'items.0.kind', 'items.0.tags'],
    ],
    ...['x', [{ __typename: 'Person', id: 'p' }], { __typename: 'Nope', id: 'p' }].map(
      (value): [string, string, Change, unknown, readonly string[]] => [
        `${JSON.stringify(value)} for what an entity leads to`,
        '{ items { boss { nick } } }',
        withFields({ boss: value }),
        { items: [{ boss: null }, { boss: { nick: 'x' } }] },
        ['items.0.boss'],
      ],
    ),
  ])('is null at its place with an error, every time: %s', async (_, query, change, data, paths) => {
    expect(await answerTo(query, change)).toEqual({ data, paths })
  })

  it('is told beside what another subgraph reports', async () => {
    const spoiled: Change = ({ data }, subgraph) => (subgraph === 'a' ? { ...data, n: 'x' } : subgraph === 'b' ? 'x' : data)
    expect(await answerTo('{ one { name } n }', spoiled)).toEqual({ data: { one: { name: null }, n: null }, paths: ['one', 'n'] })
  })

  it('is a text for an ID that came as a number', async () => {
    expect(await answerTo('{ plain { id s } }', of('a', { plain: { id: 5, s: 's' } }))).toEqual({
      data: { plain: { id: '5', s: 's' } },
      paths: [],
    })
  })
})
