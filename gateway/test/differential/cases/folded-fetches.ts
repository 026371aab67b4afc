import { derived, failing, link } from '../world.ts'
import type { HandGraph } from './case.ts'

/** Fetches of one entity that the engine makes one request of. */
export const FOLDED_FETCHES: HandGraph = {
  about: 'fetches that are made one',
  subgraphs: {
    a: 'type Query { one: Bee }  type Bee @key(fields: "id") { id: ID!  label: String! @external  tag: String @requires(fields: "label") }',
    b: 'type Bee @key(fields: "id") { id: ID!  size: Int @external  name: String  label: String! @requires(fields: "size") }',
    c: 'type Bee @key(fields: "id") { id: ID!  size: Int }',
  },
  rows: {
    bee: {
      __typename: 'Bee',
      id: '1',
      name: 'n',
      size: 1,
      label: failing('no label'),
      tag: derived('label', ({ label }) => `tag ${String(label)}`),
    },
    Query: { __typename: 'Query', one: link('bee') },
  },
  cases: [
    {
      title: 'keeps what other fetches give of an entity that a required field takes with it',
      query: '{ one { name tag } }',
      isFaulty: true,
    },
  ],
}
