import { buildSchema } from 'graphql'
import { createAdmission, type GraphqlRequest, type Operation } from '../../src/admission/admission.ts'
import { readWeights } from '../../src/admission/cost/weights.ts'

/** A schema with everything that the cost of an operation depends on; it says so itself, as a supergraph does. */
export const COST_SDL = `
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION
  type Query {
    me: Person
    people(first: Int! = 20): People! @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
    page(first: Int, last: Int): [Person!]! @listSize(slicingArguments: ["first", "last"], assumedSize: 7)
    tags: [String!]!
    grid: [[Person]!]
    any: [Thing!]! @listSize(assumedSize: 3)
    one: Node
    search(filter: Filter, filters: [Filter!]): Person
    dear: Int @cost(weight: 4)
    report(days: Int @cost(weight: 2)): Report
  }
  type Mutation { rename(input: Renaming!): Person  touch: Int }
  type Subscription { changed: Person }
  input Renaming { name: String!  more: [Renaming!] }
  input Filter { text: String @cost(weight: 2)  all: [Filter!] }
  type People { edges: [PersonEdge!]!  pageInfo: PageInfo! }
  type PersonEdge { cursor: String!  node: Person! }
  type PageInfo { hasNextPage: Boolean! }
  interface Node { id: ID! }
  type Person implements Node {
    id: ID!
    name: String!
    friend: Person
    friends(first: Int! = 20): People @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
    report: Report
    secrets: [Secret!]! @listSize(assumedSize: 2)
  }
  type Robot implements Node { id: ID!  parts: [Part!]! @listSize(assumedSize: 4)  maker: Person }
  type Part { name: String! }
  type Secret @cost(weight: 0) { text: String! }
  type Report @cost(weight: 5) { total: Int! }
  union Thing = Person | Robot
`

const schema = buildSchema(COST_SDL)
export const costGraph = { schema, weights: readWeights(COST_SDL) }
const admit = createAdmission(schema, { introspection: true })

/** A request as admitted; throws if it is not. */
export function admitted(request: GraphqlRequest): Operation {
  const admission = admit(request)
  if (!admission.ok) throw admission.errors[0]
  return admission.operation
}
