import { derived, link } from '../world.ts'
import type { HandCase, HandGraph } from './case.ts'

const forbidden = 'its planner takes the first key of a subgraph, also one by which that does not resolve'
const LEFT_OUT = 'its plan leaves the object out, and nobody says why it is null'
const right = (title: string, query: string): HandCase => ({ title, query })
const wrong = (title: string, query: string): HandCase => ({ title, query, referenceIsWrong: forbidden })

const taxed = derived('price', ({ price }) => Number(price) * 2)

/** Keys that a subgraph has, and does not resolve. */
export const UNRESOLVABLE_KEYS: readonly HandGraph[] = [
  {
    about: 'keys of which a subgraph resolves some',
    subgraphs: {
      shop: `
        type Query { items: [Item!]!  one: Item }
        type Item @key(fields: "id") @key(fields: "sku") @key(fields: "place { row shelf }") { id: ID!  sku: String!  place: Place!  price: Int  weight: Int  twin: Item }
        type Place @shareable { row: Int!  shelf: Int! }`,
      first: `
        type Query { featured: Item  all: [Item!]! }
        type Item @key(fields: "sku", resolvable: false) @key(fields: "id") { id: ID!  sku: String!  price: Int @external  tax: Int @requires(fields: "price")  near: Item  plainFirst: String }`,
      nested: `
        type Query { placed: [Item!]! }
        type Item @key(fields: "place { row shelf }", resolvable: false) @key(fields: "sku", resolvable: false) @key(fields: "id sku", resolvable: false) @key(fields: "id") {
          id: ID!  sku: String!  place: Place!  price: Int @external  weight: Int @external  duty: Int @requires(fields: "price")  load: String @requires(fields: "weight price")  beside: Item  plainNested: String }
        type Place @shareable { row: Int!  shelf: Int! }`,
      compound: `
        type Query { bought: Item }
        type Item @key(fields: "id", resolvable: false) @key(fields: "sku place { row }", resolvable: false) @key(fields: "place { row shelf }") {
          id: ID!  sku: String!  place: Place!  price: Int @external  tax: Int @external  fee: Int @requires(fields: "price")  total: Int @requires(fields: "tax price")  plainCompound: String }
        type Place @shareable { row: Int!  shelf: Int! }`,
      stub: 'type Query { stub: Item }  type Item @key(fields: "id", resolvable: false) { id: ID! }',
    },
    rows: {
      i1: item(1, { twin: link('i2'), near: link('i2'), beside: link('i1') }),
      i2: item(2, { twin: null, near: null, beside: link('i1') }),
      Query: {
        __typename: 'Query',
        items: [link('i1'), link('i2')],
        one: link('i2'),
        featured: link('i1'),
        all: [link('i2'), link('i1')],
        placed: [link('i2'), link('i1')],
        bought: link('i1'),
        stub: link('i2'),
      },
    },
    cases: [
      right(
        'enters each subgraph by a key that it resolves',
        '{ items { plainFirst plainNested plainCompound } one { tax duty fee } }',
      ),
      wrong('comes back by the second key', '{ featured { tax } }'),
      wrong('comes back by the last of several keys', '{ placed { duty load } }'),
      wrong('comes back by a compound key', '{ bought { fee total } }'),
      wrong('comes back in lists and below entities', '{ all { tax near { tax } } placed { beside { duty beside { load } } } }'),
      wrong('goes on from a subgraph that resolves nothing', '{ stub { id sku price tax duty fee total } }'),
      wrong(
        'goes from one to the other and back',
        '{ featured { id tax duty fee total plainNested near { fee } } bought { tax duty total } }',
      ),
      wrong(
        'comes back to what is asked in two places',
        '{ featured { tax twin { tax load } } one { tax total } placed { duty twin { duty } } }',
      ),
    ],
  },
  {
    about: 'keys of interface objects of which a subgraph resolves some',
    subgraphs: {
      media: `
        type Query { all: [Media!]!  audio: Audio }
        interface Media @key(fields: "id") @key(fields: "slug") { id: ID!  slug: String!  length: Int }
        type Audio implements Media @key(fields: "id") @key(fields: "slug") { id: ID!  slug: String!  length: Int  codec: String }
        type Film implements Media @key(fields: "id") @key(fields: "slug") { id: ID!  slug: String!  length: Int }`,
      ratings: `
        type Query { best: [Media!]!  top: Media }
        type Media @interfaceObject @key(fields: "slug", resolvable: false) @key(fields: "id") { id: ID!  slug: String!  rating: Int!  length: Int @external  half: Float @requires(fields: "length") }`,
    },
    rows: {
      a1: media('Audio', 1),
      f1: media('Film', 2),
      Query: {
        __typename: 'Query',
        all: [link('a1'), link('f1')],
        audio: link('a1'),
        best: [link('f1'), link('a1')],
        top: link('a1'),
      },
    },
    cases: [
      right('enters by the key that is resolved', '{ all { rating } audio { rating codec } }'),
      right('comes back by the key that is resolved', '{ best { half rating } top { half } }'),
      {
        ...right('sends what is required from the types behind the interface', '{ all { half } audio { half } }'),
        referenceIsWrong: 'composition does not tell its planner that the length comes from elsewhere',
      },
      wrong('learns types and comes back', '{ best { __typename half ... on Audio { codec half } } }'),
    ],
  },
  {
    about: 'objects of an interface without members',
    subgraphs: {
      a: `
        type Query { a: Node  must: Node!  many: [Node!]!  holder: Holder  holders: [Holder!]!  other: String  nothing: Node }
        type Holder { node: Node  must: Node!  name: String }
        interface Node { id: ID! }`,
      b: 'type Query { b: Node }  type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID!  field: String }',
    },
    rows: {
      // A subgraph that says Node without a type that implements it.
      node: { __typename: 'Node', id: 'n1', field: 'foo' },
      holder: { __typename: 'Holder', node: link('node'), must: link('node'), name: 'Ann' },
      Query: {
        __typename: 'Query',
        a: link('node'),
        must: link('node'),
        many: [link('node')],
        holder: link('holder'),
        holders: [link('holder'), link('holder')],
        other: 'other',
        nothing: null,
        b: link('node'),
      },
    },
    cases: [
      ...[
        '{ a { field } }',
        '{ other a { field } }',
        '{ other x: a { y: field } }',
        '{ ...F } fragment F on Query { a { field } other }',
        '{ holder { node { field } } }',
        '{ holder { name node { field } } other }',
        '{ holders { name node { field } } }',
        '{ a { ... on Node { field } } holder { node { ... { field } } } }',
      ].map(
        (query): HandCase => ({
          title: `reports that nobody knows the type in ${query}`,
          query,
          referenceIsWrong: LEFT_OUT,
        }),
      ),
      right('reports a promised object', '{ other must { field } }'),
      right('reports a promised object below another', '{ other holder { must { id } } }'),
      { title: 'reports a promised item of a list', query: '{ many { field } }', referenceIsWrong: LEFT_OUT },
      right('gives null where there is none', '{ nothing { field } other }'),
    ],
  },
]

function item(n: number, rest: object) {
  return {
    __typename: 'Item',
    id: `i${n}`,
    sku: `s${n}`,
    place: { __typename: 'Place', row: n, shelf: n * 10 },
    price: n * 100,
    weight: n,
    tax: taxed,
    duty: derived('price', ({ price }) => Number(price) + 1),
    load: derived('weight price', ({ weight, price }) => `${String(weight)} for ${String(price)}`),
    fee: derived('price', ({ price }) => Number(price) + 2),
    total: derived('tax price', ({ tax, price }) => Number(tax) + Number(price)),
    plainFirst: `first ${n}`,
    plainNested: `nested ${n}`,
    plainCompound: `compound ${n}`,
    ...rest,
  }
}

function media(type: string, n: number) {
  return {
    __typename: type,
    id: `m${n}`,
    slug: `slug ${n}`,
    length: n * 3,
    codec: 'opus',
    rating: n,
    half: derived('length', ({ length }) => Number(length) / 2),
  }
}
