import { silentLog } from '@planet/runtime/log'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, printAnswer } from '../../test/differential/answers.ts'
import { INTERFACE_OBJECTS } from '../../test/differential/cases/interface-graphs.ts'
import { SHARED_ENTITIES } from '../../test/differential/cases/shared-entities.ts'
import { createMemoryGraph, executeMonolith, type MemoryGraph } from '../../test/differential/memory-graph.ts'
import { link, type Rows } from '../../test/differential/world.ts'
import { createAdmission } from '../admission/admission.ts'
import { createCompiledEngine } from './compiled-engine.ts'
import type { Engine } from './engine.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@interfaceObject", "@external", "@requires"])'
/** The first use of an operation is executed step by step, the second by code that is made for it, the others by the same. */
const ROUNDS = 3
const VALUES = [
  { c: true, d: false },
  { c: false, d: true },
  { c: true, d: true },
  { c: false, d: false },
]

let graph: MemoryGraph
let engine: Engine

async function start(subgraphs: Readonly<Record<string, string>>, rows: Rows): Promise<void> {
  const texts = Object.entries(subgraphs).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` }))
  graph = createMemoryGraph(texts, rows)
  const { supergraphSdl, calls } = graph
  engine = await createCompiledEngine({ supergraphSdl, calls, log: silentLog, planning: 'inline' })
}

/** Every answer to `query`, all its values between any two with the same; and what the whole graph answers. */
async function answersTo(query: string): Promise<{ readonly ours: readonly string[]; readonly right: readonly string[] }> {
  const ours: string[] = []
  const right: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const { c, d } of VALUES) {
      const variables = { ...(query.includes('$c') ? { c } : {}), ...(query.includes('$d') ? { d } : {}) }
      const admission = createAdmission(graph.api, { introspection: true })({ query, variables })
      if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join())
      const call = graph.begin({})
      ours.push(printAnswer(answerOf(await engine.execute(admission.operation, call))))
      graph.end(call)
      right.push(printAnswer(answerOf(await executeMonolith(graph.api, graph.rows, admission.operation))))
    }
  }
  return { ours, right }
}

describe('entities at one path that are selected in several ways, under conditions', () => {
  beforeAll(() => start(SHARED_ENTITIES.subgraphs, SHARED_ENTITIES.rows))

  it.each([
    'query ($c: Boolean!) { nodes { owner { name } ... on B @include(if: $c) { owner { mail } } } }',
    'query ($c: Boolean!, $d: Boolean!) { nodes { ... on A @include(if: $c) { owner { name } } ... on B @skip(if: $d) { owner { mail } } owner { id } } }',
    'query ($c: Boolean!, $d: Boolean!) { nodes { ... on A { owner { name mail @include(if: $c) } } ... on B { owner { mail name @skip(if: $d) boss { nick } } } } }',
    'query ($c: Boolean!, $d: Boolean!) { nodes { owner @include(if: $c) { name } ... on A { owner { mail @include(if: $c) } } ... on B { owner @include(if: $d) { mail boss { nick } } } } }',
    'query ($c: Boolean!) { nodes { ... on A { owner { ...F } } ... on B { owner { ...F @include(if: $c) tags } } } } fragment F on Item { name boss { age } }',
  ])('gives the same every time, and what is asked for: %s', async (query) => {
    const { ours, right } = await answersTo(query)
    expect(ours).toEqual(right)
  })
})

describe('objects that several fetches give, some of which know only their interface', () => {
  beforeAll(() => start(INTERFACE_OBJECTS.subgraphs, INTERFACE_OBJECTS.rows))

  it.each(['... on Film { wide }', '__typename'])('do not lose their type: %s', async (selection) => {
    const { ours, right } = await answersTo(
      `query ($d: Boolean!) { best { ... @include(if: $d) { ... on Audio { ratedBy { favourite { t: title } } } } ratedBy { favourite { ${selection} } } title } }`,
    )
    expect(ours).toEqual(right)
  })
})

describe('a query that is reached through a field', () => {
  beforeAll(() =>
    start(
      {
        a: `type Query { node: Node  nodes: [Node!]  me: Query!  k: Int }
            type Mutation { go: Gone }  type Gone { query: Query  ok: Boolean }
            type Node @key(fields: "id") { id: ID!  q: Query  qs: [Query!] }`,
        b: 'type Node @key(fields: "id") { id: ID!  name: String }',
      },
      {
        n: { __typename: 'Node', id: 'n', q: link('Query'), qs: [link('Query'), link('Query')], name: 'N' },
        m: { __typename: 'Node', id: 'm', q: null, qs: null, name: null },
        gone: { __typename: 'Gone', query: link('Query'), ok: true },
        Query: { __typename: 'Query', node: link('n'), nodes: [link('n'), link('m')], me: link('Query'), k: 5 },
        Mutation: { __typename: 'Mutation', go: link('gone') },
      },
    ),
  )

  it.each([
    '{ node { q { __schema { queryType { name } } } } }',
    '{ node { q { s: __schema { queryType { name } } t: __type(name: "Node") { name kind } __typename } } }',
    '{ node { q { __schema { queryType { name } } k node { name } } } }',
    '{ nodes { q { me { node { name } } __type(name: "Node") { name } } qs { k __schema { queryType { name } } } name } }',
    '{ me { me { __schema { queryType { name } } } } __schema { queryType { name } } }',
    'mutation { go { ok query { k __schema { queryType { name } } node { name } } } }',
    '{ node { q { ...F } } } fragment F on Query { __schema { queryType { ...G } } } fragment G on __Type { name }',
    'query ($c: Boolean!, $d: Boolean!) { node { q { __schema @include(if: $c) { queryType { name } } k @skip(if: $d) } } }',
    'query ($c: Boolean!, $d: Boolean!) { nodes { q @include(if: $c) { __schema { queryType { name } } } name @include(if: $d) } }',
    'query ($c: Boolean!) { node { q { ... @include(if: $c) { __schema { queryType { name } } } } } }',
  ])('tells of the schema, and of what else is asked for: %s', async (query) => {
    const { ours, right } = await answersTo(query)
    expect(ours).toEqual(right)
  })

  it.each([
    '{ __schema { queryType { name } } __schema { mutationType { name } } }',
    '{ node { q { __schema { queryType { name } } ...F } } } fragment F on Query { __schema { mutationType { name } queryType { kind } } k }',
    'query ($c: Boolean!, $d: Boolean!) { __schema { queryType { name } } ...F @include(if: $c) } fragment F on Query { __schema { mutationType { name } queryType @include(if: $d) { kind } } k }',
    'query ($c: Boolean!, $d: Boolean!) { __schema @include(if: $d) { queryType { name } } ...F @include(if: $c) } fragment F on Query { __schema { mutationType { name } } }',
  ])('puts together what several selections ask of the schema: %s', async (query) => {
    const { ours, right } = await answersTo(query)
    expect(ours).toEqual(right)
  })
})
