import { type Asked, derived, link } from '../world.ts'
import type { HandGraph } from './case.ts'

/** What the planner gets wrong by itself, found by generated operations. */
export const PLANNER_FAULTS: readonly HandGraph[] = [
  {
    about: 'mutations that ask for a field twice',
    subgraphs: {
      a: 'type Query { one: Int }  type Mutation { add(by: Int! = 1): Sum }  type Sum @shareable { total: Int!  again: Int! }',
      b: 'type Query { two: Int }  type Mutation { double: Sum }  type Sum @shareable { total: Int!  again: Int! }',
    },
    rows: {
      Query: { __typename: 'Query' },
      Mutation: {
        __typename: 'Mutation',
        add: ({ args, state }: Asked) => sum((state.total += Number(args.by))),
        double: ({ state }: Asked) => sum((state.total *= 2)),
      },
    },
    cases: [
      {
        title: 'does it once, where it stands first',
        query: 'mutation { add { total } double { total } ...More }  fragment More on Mutation { add { again } }',
      },
      {
        title: 'does it where it is included first',
        query: 'mutation($c: Boolean!) { add @include(if: $c) { total } double { total } add { again } }',
        variables: { c: true },
        referenceIsWrong: 'it is done again after what stands between',
      },
    ],
  },
  {
    about: 'fragments on a union behind an interface object',
    subgraphs: {
      o: 'type Query { nodes: [Node!]! }  type Node @interfaceObject @key(fields: "id") { id: ID!  extra: Int }',
      c: `type Query { any: Any }  interface Node @key(fields: "id") { id: ID! }  union Any = Ant | Vat
          type Ant implements Node @key(fields: "id") { id: ID!  note: String }  type Bee implements Node @key(fields: "id") { id: ID! }  type Vat { volume: Int }`,
    },
    rows: {
      ant: { __typename: 'Ant', id: '1', note: 'n', extra: 1 },
      bee: { __typename: 'Bee', id: '2', extra: 2 },
      Query: { __typename: 'Query', nodes: [link('ant'), link('bee')], any: link('ant') },
    },
    cases: [
      {
        title: 'tells the types of the members',
        query: '{ nodes { extra ... on Any { __typename } } }',
        referenceIsWrong: 'its planner throws',
      },
      {
        title: 'leaves out what no node is',
        query: '{ nodes { extra ... on Any { ... on Vat { volume } } } }',
        referenceIsWrong: 'its planner throws',
      },
      {
        title: 'leaves out what no node is beside its type',
        query: '{ nodes { ... on Any { __typename ...F } } }  fragment F on Vat { volume ... on Any { ... on Ant { note } } }',
        referenceIsWrong: 'its planner throws',
      },
    ],
  },
  {
    about: 'an object of a subgraph that leads to what is required',
    subgraphs: {
      a: 'type Dog @key(fields: "id") { id: ID!  note: String  price(currency: String!): String }',
      b: `type Query { one: Cat }  type Cat @key(fields: "id") { id: ID!  peer: Dog  eur: String @requires(fields: "peer { price(currency: \\"EUR\\") }") }
          type Dog @key(fields: "id") { id: ID!  price(currency: String!): String @external }`,
    },
    rows: {
      dog: { __typename: 'Dog', id: '1', note: 'n', price: ({ args }: Asked) => `in ${String(args.currency)}` },
      cat: {
        __typename: 'Cat',
        id: '2',
        peer: link('dog'),
        eur: derived('peer { price(currency: "EUR") }', (given) => JSON.stringify(given)),
      },
      Query: { __typename: 'Query', one: link('cat') },
    },
    cases: [
      { title: 'leads to everything else as well', query: '{ one { peer { note } } }' },
      { title: 'leads to it and to what is required', query: '{ one { eur peer { note } } }' },
    ],
  },
  {
    about: 'members of a union of which some are asked what requires something',
    subgraphs: {
      a: `type Query { any: [Any!]! }  union Any = Bee | Cat
          type Bee @key(fields: "id") { id: ID!  mail: String }  type Cat @key(fields: "id") { id: ID!  mail: String }`,
      b: `type Bee @key(fields: "id") { id: ID!  mail: String @external  mailed: String @requires(fields: "mail")  text: String }
          type Cat @key(fields: "id") { id: ID!  mail: String @external  mailed: String @requires(fields: "mail") }`,
    },
    rows: {
      bee: { __typename: 'Bee', id: '1', mail: 'b@x', text: 't', mailed: derived('mail', ({ mail }) => `to ${String(mail)}`) },
      cat: { __typename: 'Cat', id: '2', mail: 'c@x', mailed: derived('mail', ({ mail }) => `to ${String(mail)}`) },
      Query: { __typename: 'Query', any: [link('bee'), link('cat')] },
    },
    cases: [
      {
        title: 'gives what needs nothing to the one whose needs are left out, whatever the other is asked',
        query: 'query($c: Boolean!) { any { ... on Bee { mailed @skip(if: $c) text } ... on Cat { mailed } } }',
        variables: { c: true },
        referenceIsWrong: 'it lacks what only the other member was given',
      },
    ],
  },
  {
    about: 'objects of one name that come from different types',
    subgraphs: {
      a: `type Thing1 @key(fields: "id") { id: ID!  peer: Item }
          type Item @key(fields: "id") { id: ID!  price(currency: String!): Int @external  eur: String @requires(fields: "price(currency: \\"EUR\\")") }`,
      b: `type Query { things: [Thing!]! }  union Thing = Thing1 | Thing2  type Thing1 @key(fields: "id") { id: ID! }  type Thing2 { peer: Item }
          type Item @key(fields: "id") { id: ID!  price(currency: String!): Int }`,
    },
    rows: {
      item: {
        __typename: 'Item',
        id: 'i',
        price: ({ args }: Asked) => (args.currency === 'EUR' ? 1 : 2),
        eur: derived('price(currency: "EUR")', ({ price }) => `eur ${String(price)}`),
      },
      one: { __typename: 'Thing1', id: '1', peer: link('item') },
      two: { __typename: 'Thing2', peer: link('item') },
      Query: { __typename: 'Query', things: [link('one'), link('two')] },
    },
    cases: [
      {
        title: 'asks for those that no condition leaves out',
        query:
          'query($c: Boolean!) { things { ... on Thing2 { v: peer { eur } } ... on Thing1 { v: peer @skip(if: $c) { eur } } } }',
        variables: { c: true },
        referenceIsWrong: 'it takes the condition of one for that of both',
      },
    ],
  },
  {
    about: 'an object that one type is asked for and another one requires',
    subgraphs: {
      a: `type Query { any: [Any!]! }  union Any = Bee | Cat  type Bee @key(fields: "id") { id: ID!  price(currency: String!): Int @external }
          type Cat @key(fields: "id") { id: ID!  peer: Bee @external  usd: String @requires(fields: "peer { price(currency: \\"USD\\") }") }`,
      b: `type Bee @key(fields: "id") { id: ID!  mail: String @external  price(currency: String!): Int  mailed: String @requires(fields: "mail") }`,
      c: `type Bee @key(fields: "id") { id: ID!  mail: String  peer: Bee }  type Cat @key(fields: "id") { id: ID!  peer: Bee }`,
    },
    rows: {
      bee: {
        __typename: 'Bee',
        id: '1',
        mail: 'b@x',
        peer: link('bee'),
        price: ({ args }: Asked) => (args.currency === 'USD' ? 1 : 2),
        mailed: derived('mail', ({ mail }) => `to ${String(mail)}`),
      },
      cat: {
        __typename: 'Cat',
        id: '2',
        peer: link('bee'),
        usd: derived('peer { price(currency: "USD") }', (given) => JSON.stringify(given)),
      },
      Query: { __typename: 'Query', any: [link('bee'), link('cat')] },
    },
    cases: [
      {
        title: 'gives each what its own requires',
        query: '{ any { ... on Bee { peer { mailed } } ... on Cat { usd } } }',
        referenceIsWrong: 'it asks the object of the one for what that of the other requires',
      },
      {
        title: 'gives it also beside an object of the same name',
        query: '{ any { ... on Bee { peer { mailed } } ... on Cat { usd peer { mail } } } }',
      },
    ],
  },
  {
    about: 'what is required and requires something itself, of two other subgraphs',
    subgraphs: {
      a: `type Query { one: Ant }  type Ant @key(fields: "id") @key(fields: "org") { id: ID!  org: ID!  note: String }`,
      b: `type Ant @key(fields: "org") { org: ID!  note: String @external  size: Int @external  sized: String! @requires(fields: "note size") }`,
      c: `type Ant @key(fields: "org", resolvable: false) @key(fields: "id") { id: ID!  org: ID!  size: Int  sized: String! @external
          told: String! @requires(fields: "sized") }`,
      d: 'type Query { two: Cat }  type Cat @key(fields: "id") { id: ID!  ant: Ant }  type Ant @key(fields: "org") { org: ID! }',
    },
    rows: {
      ant: {
        __typename: 'Ant',
        id: '1',
        org: 'o',
        note: 'n',
        size: 3,
        sized: derived('note size', ({ note, size }) => `${String(note)} of ${String(size)}`),
        told: derived('sized', ({ sized }) => `told ${String(sized)}`),
      },
      cat: { __typename: 'Cat', id: '2', ant: link('ant') },
      Query: { __typename: 'Query', one: link('ant'), two: link('cat') },
    },
    cases: [
      { title: 'is waited for', query: '{ two { ant { told } } }', referenceIsWrong: 'it asks before it has what it asks with' },
      { title: 'is waited for where it stands first', query: '{ one { told } }', referenceIsWrong: 'the same' },
    ],
  },
]

const sum = (total: number) => ({ __typename: 'Sum', total, again: total })
