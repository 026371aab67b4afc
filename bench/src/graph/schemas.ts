import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [${imports.map((name) => `"${name}"`).join(', ')}])`

/** The generated graph: a shop with reviews, spread over four services so that most questions need several of them. */
export const SCHEMAS = {
  accounts: `${link('@key')}
type Query { users(first: Int!, set: DataSet!): [User] }
enum DataSet { SMALL MANY LONG }
type User @key(fields: "id") { id: ID!  name: String  username: String }
`,
  products: `${link('@key')}
type Query { topProducts(first: Int!, set: DataSet!): [Product] }
enum DataSet { SMALL MANY LONG }
type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }
`,
  inventory: `${link('@key', '@external', '@requires')}
type Product @key(fields: "upc") {
  upc: String!
  price: Int @external
  weight: Int @external
  inStock: Boolean
  shippingEstimate: Int @requires(fields: "price weight")
}
`,
  reviews: `${link('@key')}
type Review @key(fields: "id") { id: ID!  body: String  author: User  product: Product }
type User @key(fields: "id") { id: ID!  reviews: [Review] }
type Product @key(fields: "upc") { upc: String!  reviews: [Review] }
`,
} as const

export type SubgraphName = keyof typeof SCHEMAS
export const SUBGRAPH_NAMES = ['accounts', 'products', 'inventory', 'reviews'] as const satisfies readonly SubgraphName[]

/** The supergraph's text, with each subgraph at `urlOf` it. Throws if the schemas do not compose. */
export function supergraphOf(urlOf: (name: SubgraphName) => string): string {
  const { supergraphSdl, errors } = composeServices(
    SUBGRAPH_NAMES.map((name) => ({ name, url: urlOf(name), typeDefs: parse(SCHEMAS[name]) })),
  )
  if (supergraphSdl) return supergraphSdl
  throw new Error(`the generated graph does not compose: ${(errors ?? []).map(({ message }) => message).join('; ')}`)
}
