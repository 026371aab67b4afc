import { link } from '../world.ts'
import type { HandGraph } from './case.ts'

/** Types that promise more of a field than the interface that they implement. */
export const NARROWER_TYPES: HandGraph = {
  about: 'fields of a narrower type',
  subgraphs: {
    broad: `
      type Query { all: [Node] }
      interface Node { id: ID!  owner: Owner  title: String }
      type A implements Node @key(fields: "id") { id: ID!  owner: Person  title: String! }
      type B implements Node @key(fields: "id") { id: ID!  owner: Owner  title: String }
      interface Owner { id: ID! }
      type Person implements Owner @key(fields: "id") { id: ID! }
      type Club implements Owner { id: ID!  seats: Int }`,
    narrow: `
      type Query { split: [Either] }
      union Either = A | B
      type A @key(fields: "id") { id: ID!  extra: String }
      type B @key(fields: "id") { id: ID! }
      type Person @key(fields: "id") { id: ID!  nick: String }`,
  },
  rows: {
    a: { __typename: 'A', id: 'a', owner: link('ann'), title: 'ta', extra: 'ea' },
    b: { __typename: 'B', id: 'b', owner: link('club'), title: null },
    ann: { __typename: 'Person', id: 'ann', nick: 'n' },
    club: { __typename: 'Club', id: 'c', seats: 4 },
    Query: { __typename: 'Query', all: [link('a'), link('b')], split: [link('b'), link('a')] },
  },
  cases: [
    { title: 'joins what is behind it', query: '{ all { owner { id ... on Person { nick } ... on Club { seats } } title } }' },
    {
      title: 'joins what is behind an interface in a type that knows better',
      query: '{ split { ... on Node { title owner { id __typename ... on Person { nick } ... on Club { seats } } } } }',
    },
    {
      title: 'lets a null bubble up that the type of the object does not allow, although its interface does',
      query: '{ split { __typename ... on Node { title } } }',
      trouble: {
        answer: (name, _, result) => (name === 'broad' ? JSON.parse(JSON.stringify(result).replace('"ta"', 'null')) : result),
      },
      referenceIsWrong: 'it goes by the interface and says nothing',
      expected: { data: { split: [{ __typename: 'B', title: null }, null] }, hasErrors: true },
    },
  ],
}
