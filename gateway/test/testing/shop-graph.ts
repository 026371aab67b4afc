import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { silentLog } from '@planet/runtime/log'
import { defineSubgraph } from '@planet/runtime/subgraph'
import { signedRequest } from '@planet/runtime/testing/signed-request'
import { readTypeDefs } from '@planet/runtime/type-defs'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import type { ExecutionResult } from 'graphql'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import type { SubgraphCalls } from '../../src/subgraphs/subgraph-calls.ts'
import type { SubgraphOperation } from '../../src/subgraphs/subgraph-operation.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires", "@inaccessible", "@shareable"])'

const TEXTS = {
  people: `${LINK}
    enum Rank { LOW HIGH SECRET @inaccessible }
    type Query { people: [Person!]! person(id: ID!): Person }
    type Mutation { rename(id: ID!, name: String!): Person }
    type Person @key(fields: "id") { id: ID! name: String! rank: Rank nick: String! }`,
  goods: `${LINK}
    interface Item { code: ID! title: String }
    type Query { goods: [Item!]! }
    type Book implements Item @key(fields: "code") { code: ID! title: String pages: Int price: Int! weight: Int! owner: Person }
    type Lamp implements Item @key(fields: "code") { code: ID! title: String watts: Float price: Int! weight: Int! owner: Person }
    type Mutation { sell(code: ID!): Book }
    type Person @key(fields: "id", resolvable: false) { id: ID! }`,
  stock: `${LINK}
    type Book @key(fields: "code") { code: ID! price: Int! @external weight: Int! @external inStock: Boolean shipping: Int @requires(fields: "price weight") }
    type Lamp @key(fields: "code") { code: ID! price: Int! @external weight: Int! @external inStock: Boolean shipping: Int @requires(fields: "price weight") }`,
}

const NAMES = ['people', 'goods', 'stock'] as const
type Row = Readonly<Record<string, unknown>>

const people: readonly Row[] = [
  { id: 'p1', name: 'Ada', rank: 'HIGH', nick: 'a' },
  { id: 'p2', name: 'Line\n"break"', rank: 'SECRET', nick: 'b' },
]
const owner = (id: string) => ({ __typename: 'Person', id })
const goods: readonly Row[] = [
  { __typename: 'Book', code: 'b1', title: 'One', pages: 10, price: 5, weight: 2, owner: owner('p1') },
  { __typename: 'Lamp', code: 'l1', title: 'Light', watts: 1.5, price: 7, weight: 3, owner: owner('p2') },
  { __typename: 'Book', code: 'b2', title: null, pages: 20, price: 9, weight: 4, owner: owner('p1') },
]
const find = (rows: readonly Row[], key: string) => (reference: Row) => rows.find((row) => row[key] === reference[key])
const stocked = {
  __resolveReference: (reference: Row) => ({ ...reference, inStock: true }),
  shipping: (row: Row) => Number(row.price) + Number(row.weight),
}

const RESOLVERS = {
  people: {
    Query: { people: () => people, person: (_: unknown, { id }: Row) => find(people, 'id')({ id }) },
    Mutation: { rename: (_: unknown, { id, name }: Row) => ({ ...find(people, 'id')({ id }), name }) },
    Person: { __resolveReference: find(people, 'id') },
  },
  goods: {
    Query: { goods: () => goods },
    Mutation: { sell: (_: unknown, { code }: Row) => find(goods, 'code')({ code }) },
    Book: { __resolveReference: find(goods, 'code') },
    Lamp: { __resolveReference: find(goods, 'code') },
  },
  stock: { Book: stocked, Lamp: stocked },
}

/** What a subgraph was asked. */
export type Asked = { readonly subgraph: string; readonly operation: SubgraphOperation }

/** Three subgraphs in memory, `people`, `goods` and `stock`, that note what they are asked. */
export type ShopGraph = {
  readonly supergraphSdl: string
  readonly calls: SubgraphCalls
  readonly asked: Asked[]
  /** What a subgraph answers from now on; undefined is what it has. */
  readonly answer: (change: ((asked: Asked, answer: ExecutionResult) => ExecutionResult) | undefined) => void
}

export function createShopGraph(): ShopGraph {
  const viewerKey = newProcessKey()
  const home = mkdtempSync(join(tmpdir(), 'planet-shop-graph-'))
  const parts = NAMES.map((name) => {
    const folder = pathToFileURL(`${join(home, name)}/`)
    mkdirSync(folder)
    writeFileSync(new URL('schema.graphql', folder), TEXTS[name])
    const subgraph = defineSubgraph({
      name,
      folder,
      resolvers: RESOLVERS[name],
      viewerKeys: [viewerKey],
      log: silentLog,
      createContext: () => ({}),
      workers: [],
      close: async () => {},
    })
    return { name, subgraph, typeDefs: readTypeDefs(folder) }
  })
  rmSync(home, { recursive: true })
  const asked: Asked[] = []
  let change: ((asked: Asked, answer: ExecutionResult) => ExecutionResult) | undefined
  return {
    supergraphSdl: composeSupergraph(parts).supergraph,
    asked,
    answer(next) {
      change = next
    },
    calls: {
      async fetch(name, operation, call) {
        const part = parts.find((each) => each.name === name)
        if (!part) throw new Error(`there is no subgraph ${name}`)
        asked.push({ subgraph: name, operation })
        // Read once, because operations make them anew.
        const { query, variables = {} } = operation
        const answer = await part.subgraph.execute({ ...signedRequest(viewerKey, name, null, { query, variables }), ...call })
        return change?.({ subgraph: name, operation }, answer) ?? answer
      },
      subscribe: () => Promise.reject(new Error('nothing is streamed')),
    },
  }
}
