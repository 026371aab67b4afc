import { composeServices } from '@apollo/composition'
import { createAdmission } from '@planet/gateway/admission/admission'
import { createCompiledEngine } from '@planet/gateway/engine/compiled-engine'
import type { Engine } from '@planet/gateway/engine/engine'
import { readSupergraph } from '@planet/gateway/engine/supergraph'
import { answerOf, printAnswer } from '@planet/gateway/test/differential/answers'
import { createMemoryGraph, executeMonolith, type MemoryGraph } from '@planet/gateway/test/differential/memory-graph'
import { link } from '@planet/gateway/test/differential/world'
import { silentLog } from '@planet/runtime/log'
import { parse, printSchema } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Composition, SubgraphText } from '../scripts/compose-supergraph.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])'

/** Composes as Apollo's tools do, which allow more than ours. */
function compose(texts: readonly SubgraphText[]): Composition {
  const { supergraphSdl, errors } = composeServices(
    texts.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: `http://${name}/` })),
  )
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'))
  return { supergraph: supergraphSdl, api: printSchema(readSupergraph(supergraphSdl).graph.schema) }
}

const SUBGRAPHS = {
  a: `type Query { one: Node @shareable  all: [Node] @shareable  box: Box }
      interface Node { id: ID! }
      type A implements Node @key(fields: "id") { id: ID! }
      type B implements Node @key(fields: "id") { id: ID! }
      type Box { query: Query }`,
  b: `type Query { one: A @shareable  all: [A] @shareable  things: [Thing!] }
      type A @key(fields: "id") { id: ID!  extra: String }
      type Thing @key(fields: "id") { id: ID!  name: String }`,
  c: 'type Thing @key(fields: "id") { id: ID!  weight: Int }',
}
const ROWS = {
  a: { __typename: 'A', id: 'a', extra: 'e' },
  t1: { __typename: 'Thing', id: '1', name: 'n1', weight: 1 },
  t2: { __typename: 'Thing', id: '2', name: null, weight: 2 },
  box: { __typename: 'Box', query: link('Query') },
  Query: {
    __typename: 'Query',
    one: link('a'),
    all: [link('a')],
    box: link('box'),
    things: [link('t1'), link('t2'), link('t1')],
  },
}

describe('a supergraph that was composed elsewhere', () => {
  let graph: MemoryGraph
  let engine: Engine
  beforeAll(async () => {
    const texts = Object.entries(SUBGRAPHS).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` }))
    graph = createMemoryGraph(texts, ROWS, compose)
    const { supergraphSdl, calls } = graph
    engine = await createCompiledEngine({ supergraphSdl, calls, log: silentLog, planning: 'inline' })
  })

  it.each([
    ['does not lose a fragment on the only type that a subgraph gives', '{ one { ... on A { extra } } }'],
    ['nor in a list', '{ all { ... on A { extra id } ... on B { id } } }'],
    ['tells the type that is the only one', '{ one { __typename } all { __typename id } }'],
    ['asks another subgraph for the fields of a query below a field', '{ box { query { things { name weight } } } }'],
    [
      'tells of the schema there',
      '{ box { query { __schema { queryType { name } } things { weight } __type(name: "A") { name } } } }',
    ],
  ])('%s', async (_, query) => {
    const admission = createAdmission(graph.api, { introspection: true })({ query })
    if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join())
    const right = printAnswer(answerOf(await executeMonolith(graph.api, graph.rows, admission.operation)))
    for (let use = 1; use <= 3; use++) {
      const call = graph.begin({})
      expect(printAnswer(answerOf(await engine.execute(admission.operation, call)))).toBe(right)
      graph.end(call)
    }
  })
})
