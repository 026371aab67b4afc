import { link } from '../world.ts'
import type { HandGraph } from './case.ts'

/** Members of an interface that lead to the same entities, which are joined, and are asked for other things there. */
export const SHARED_ENTITIES: HandGraph = {
  about: 'entities at one path that are selected in several ways',
  subgraphs: {
    nodes: `
      type Query { nodes: [Node!]!  grid: [[Node]] }
      interface Node { owner: Item  owners: [[Item]] }
      type A implements Node { owner: Item  owners: [[Item]]  first: Item }
      type B implements Node { owner: Item  owners: [[Item]] }
      type Item @key(fields: "id") { id: ID! }`,
    items: `
      type Item @key(fields: "id") { id: ID!  name: String  mail: String  tags: [String!]  boss: Person }
      type Person @key(fields: "id") { id: ID! }`,
    people: 'type Person @key(fields: "id") { id: ID!  nick: String  age: Int  friend: Person }',
  },
  rows: {
    i1: { __typename: 'Item', id: '1', name: 'n1', mail: 'm1', tags: ['a', 'b'], boss: link('p1') },
    i2: { __typename: 'Item', id: '2', name: 'n2', mail: null, tags: [], boss: link('p2') },
    p1: { __typename: 'Person', id: 'p1', nick: 'x', age: 3, friend: link('p2') },
    p2: { __typename: 'Person', id: 'p2', nick: 'y', age: 4, friend: null },
    a1: { __typename: 'A', owner: link('i1'), owners: [[link('i1'), link('i2')], [link('i1')]], first: link('i1') },
    b1: { __typename: 'B', owner: link('i1'), owners: [[link('i2')], null, [link('i1')]] },
    b2: { __typename: 'B', owner: link('i2'), owners: null },
    Query: {
      __typename: 'Query',
      nodes: [link('a1'), link('b1'), link('b2'), link('a1')],
      grid: [[link('a1'), null], [link('b1')]],
    },
  },
  cases: [
    both('other fields', '...on A{owner{name}} ...on B{owner{mail}}'),
    both('a common field and one of a fragment', 'owner{name} ...on B{owner{mail}}'),
    both('one of a fragment and a common field', '...on B{owner{mail}} owner{name}'),
    both('aliases', '...on A{owner{x:name}} ...on B{owner{x:name y:mail}}'),
    both('another order of keys', '...on A{owner{name mail}} ...on B{owner{mail name}}'),
    both('the name of the type in one of them', '...on A{owner{__typename name}} ...on B{owner{name __typename}}'),
    both('no more than the name of the type', '...on A{owner{name}} ...on B{owner{__typename}}'),
    both('other fields of what they lead to', '...on A{owner{boss{nick}}} ...on B{owner{boss{age friend{nick}}}}'),
    both('the same of what they lead to and more', '...on A{owner{boss{nick}}} ...on B{owner{name boss{nick}}}'),
    both('lists among other fields', '...on A{owner{name tags}} ...on B{owner{tags mail}}'),
    both('lists of lists of them', '...on A{owners{name}} ...on B{owners{mail boss{age}}}'),
    both('them under a second name', '...on A{first{name} owner{id mail}} ...on B{owner{mail id}}'),
    {
      title: 'writes each as it is asked for in lists of lists',
      query: '{ grid { owner { id } ... on A { owner { name } } ... on B { owner { mail tags } } } }',
    },
  ],
}

/** Entities that come to a path where others are that have been asked for something already. */
export const LATE_ENTITIES: HandGraph = {
  about: 'equal entities that come to one path one after the other',
  subgraphs: {
    members: `
      type Query { all: [Member] }
      union Member = Ant | Bee
      type Ant @key(fields: "id") { id: ID! }
      type Bee { peer: Cat }
      type Cat @key(fields: "sku") { sku: ID!  size: Int }`,
    mails: 'type Cat @key(fields: "sku") { sku: ID!  mail: String }',
    peers: `
      type Ant @key(fields: "id") { id: ID!  peer: Cat }
      type Cat @key(fields: "sku") { sku: ID! }`,
    prices: `
      type Ant @key(fields: "id") { id: ID!  peer: Cat @external  price: String @requires(fields: "peer { size }") }
      type Cat @key(fields: "sku") { sku: ID!  size: Int @external }`,
  },
  rows: {
    ant: { __typename: 'Ant', id: '1', peer: link('cat'), price: 'p' },
    bee: { __typename: 'Bee', peer: link('cat') },
    cat: { __typename: 'Cat', sku: 's', size: 3, mail: 'm' },
    Query: { __typename: 'Query', all: [link('ant'), link('bee')] },
  },
  cases: [
    {
      title: 'keeps what the earlier ones were given where a later one stands before them',
      query: '{ all { ... on Bee { peer { mail } } ... on Ant { price } } }',
    },
  ],
}

function both(what: string, selections: string) {
  return { title: `writes each as it is asked for where its members ask for ${what}`, query: `{ nodes { ${selections} } }` }
}
