import { type Asked, derived, link } from '../world.ts'
import type { HandGraph } from './case.ts'

/**
 * Where the reference engine is wrong by the meaning of the composed schema. Each case says why, and what is right: the
 * oracle's answer, or the one written here. A case that the reference starts to answer right fails, to be moved.
 */
export const EXCEPTIONS: readonly HandGraph[] = [
  {
    about: 'keys of which each subgraph can resolve others',
    subgraphs: {
      a: `
        type A @key(fields: "id") @key(fields: "pId", resolvable: false) @key(fields: "place { one two }", resolvable: false) @key(fields: "id place { two three }", resolvable: false) {
          id: ID!  pId: ID!  place: Place!  name: String!
        }
        type Place @shareable { one: ID!  two: ID!  three: ID! }`,
      b: `
        type Query { b: B }
        type B @key(fields: "id") { id: ID!  a: [A!]! }
        type A @key(fields: "place { one two }", resolvable: false) @key(fields: "id place { two three }") @key(fields: "pId", resolvable: false) @key(fields: "id", resolvable: false) {
          id: ID!  pId: ID!  place: Place!  name: String! @external  nameInB: String! @requires(fields: "name")
        }
        type Place @shareable { one: ID!  two: ID!  three: ID! }`,
    },
    rows: {
      a1: {
        __typename: 'A',
        id: '1',
        pId: 'p1',
        place: { __typename: 'Place', one: '1', two: '2', three: '3' },
        name: 'a1',
        nameInB: derived('name', ({ name }) => `b of ${String(name)}`),
      },
      Query: { __typename: 'Query', b: { __typename: 'B', id: '100', a: [link('a1')] } },
    },
    cases: [
      {
        title: 'joins by a key that holds the key of another',
        query: '{ b { id a { id name nameInB } } }',
        referenceIsWrong:
          'its planner asks the key `place { one two }` and then sends `place { two three }`, so that the fetch is dropped',
      },
    ],
  },
  {
    about: '@requires with arguments',
    subgraphs: {
      shop: 'type Query { items: [Item!]! }  type Item @key(fields: "id") { id: ID!  price(currency: String!): Int  tags(first: Int!): [Tag!]! }  type Tag @shareable { text: String! }',
      tax: `type Item @key(fields: "id") { id: ID!  price(currency: String!): Int @external  tags(first: Int!): [Tag!]! @external
              dollarTax: Int @requires(fields: "price(currency: \\"USD\\")")  twoTags: String @requires(fields: "tags(first: 2) { text }") }
            type Tag @shareable { text: String! }`,
    },
    rows: {
      i1: item(1),
      i2: item(2),
      Query: { __typename: 'Query', items: [link('i1'), link('i2')] },
    },
    cases: [
      { title: 'sends what is required with its argument', query: '{ items { dollarTax twoTags } }' },
      {
        title: 'sends what is required although the client asks the field with another argument',
        query: '{ items { price(currency: "EUR") dollarTax } }',
        referenceIsWrong: 'the representation holds the price in the currency that the client asked for',
      },
      {
        title: 'sends a required list although the client asks for a shorter one',
        query: '{ items { tags(first: 1) { text } twoTags } }',
        referenceIsWrong: 'the representation holds the list that the client asked for',
      },
      {
        title: 'sends what is required although an alias of the client has the name of it',
        query: '{ items { price: id dollarTax } }',
        referenceIsWrong: 'the representation holds what stands under the alias',
      },
    ],
  },
  {
    about: 'an interface object that nobody resolves',
    subgraphs: {
      a: 'type Query { a: Node  product: Product }  interface Node { id: ID! }  interface Product @key(fields: "id") { id: ID! }  type Bread implements Product @key(fields: "id") { id: ID! }',
      b: 'type Query { b: Node }  type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID!  field: String }  type Product @interfaceObject @key(fields: "id") { id: ID!  name: String! }',
    },
    rows: {
      bread: { __typename: 'Bread', id: 'p1', name: 'Bread' },
      // A subgraph that says Node without a type that implements it.
      node: { __typename: 'Node', id: 'n1', field: 'foo' },
      Query: { __typename: 'Query', a: link('node'), b: link('node'), product: link('bread') },
    },
    cases: [
      { title: 'answers a product behind the interface', query: '{ product { id name } }' },
      {
        title: 'reports that a type cannot be told',
        query: '{ a { field } }',
        referenceIsWrong: 'the answer is null without an error',
        expected: { data: { a: null }, hasErrors: true },
      },
    ],
  },
  {
    about: 'lists of lists that are required',
    subgraphs: {
      a: 'type Query { rows: [Row!]! }  type Row @key(fields: "id") { id: ID!  cells: [[Cell!]]  table: [[Int]!] }  type Cell @shareable { x: Int }',
      b: 'type Row @key(fields: "id") { id: ID!  cells: [[Cell!]] @external  table: [[Int]!] @external  sum: String @requires(fields: "cells { x }")  numbers: String @requires(fields: "table") }  type Cell @shareable { x: Int }',
    },
    rows: {
      r1: {
        __typename: 'Row',
        id: '1',
        cells: [
          [
            { __typename: 'Cell', x: 1 },
            { __typename: 'Cell', x: null },
          ],
          null,
          [],
        ],
        table: [[1, null], []],
        sum: derived('cells { x }', (given) => JSON.stringify(given)),
        numbers: derived('table', (given) => JSON.stringify(given)),
      },
      Query: { __typename: 'Query', rows: [link('r1')] },
    },
    cases: [
      { title: 'sends lists of lists of numbers', query: '{ rows { numbers } }' },
      {
        title: 'sends lists of lists of objects',
        query: '{ rows { sum } }',
        referenceIsWrong: 'objects in inner lists are not found, and null is sent for each inner list',
      },
    ],
  },
  {
    about: 'fragments without a type name in the data',
    subgraphs: {
      a: 'type Query { one: Ant }  type Ant @key(fields: "id") { id: ID!  name: String }  type Bee { wings: Int }  union Insect = Ant | Bee',
      b: 'type Ant @key(fields: "id") { id: ID!  legs: Int }',
    },
    rows: { ant: { __typename: 'Ant', id: '1', name: 'A', legs: 6 }, Query: { __typename: 'Query', one: link('ant') } },
    cases: [
      {
        title: 'reads a union inside the type, and the type inside the union',
        query: '{ one { ... on Insect { ... on Ant { name } } } }',
        referenceIsWrong: 'inside the fragment it takes the union for the type, so that the inner fragment does not apply',
      },
      {
        title: 'does so where more is joined',
        query: '{ one { legs ... on Insect { ... on Ant { name } ... on Bee { wings } } } }',
      },
    ],
  },
]

function item(n: number) {
  return {
    __typename: 'Item',
    id: `i${n}`,
    price: ({ args }: Asked) => (args.currency === 'USD' ? 200 * n : 100 * n),
    tags: ({ args }: Asked) =>
      ['x', 'y', 'z'].slice(0, Number(args.first)).map((text) => ({ __typename: 'Tag', text: `${text}${n}` })),
    dollarTax: derived('price(currency: "USD")', ({ price }) => Number(price) / 10),
    twoTags: derived('tags(first: 2) { text }', ({ tags }) => JSON.stringify(tags)),
  }
}
