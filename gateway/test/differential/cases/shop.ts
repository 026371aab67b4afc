import { type Asked, derived, failing, link, type Rows, stableText } from '../world.ts'

/** A shop of four subgraphs that holds most of what federation has. */
export const SHOP: Readonly<Record<string, string>> = {
  accounts: `
    type Query { me: User  user(id: ID!): User  users: [User!]!  nobody: User  now: String! @shareable  broken: String  brokenUser: User  promisedNull: String! }
    type Mutation { rename(id: ID!, name: String!): User!  count(by: Int! = 1): Int! }
    type Subscription { userChanged(id: ID): User!  maybeChanged: User }
    type User @key(fields: "id") @key(fields: "email") {
      id: ID!  email: String!  name: String  address: Address!  role: Role!  settings: Json
      secretRank: Int! @inaccessible  friends: [User!]!  failingName: String  failingMust: String!  greet(greeting: String = "Hello", to: [String!]): String!
    }
    type Address @shareable { street: String  zip: Zip! }
    type Zip @shareable { code: String!  country: String }
    enum Role { ADMIN GUEST }
    scalar Json`,
  products: `
    type Query {
      product(upc: String!): Product  products(first: Int = 2, filter: ProductFilter, order: Order = NAME): [Product!]!  grid: [[Product]!]  shelf: [[[Product!]]]
      things: [Thing!]!  maybeThings: [Thing]  nodes: [Node]  media: Media  search(text: String!): [SearchResult!]!  now: String! @shareable  topProduct: Product!
      echo(input: Nested, json: Json, list: [[Int!]], id: ID, float: Float = 1.5): String
    }
    type Mutation { addProduct(upc: String!, name: String): Product!  note(text: String!): String }
    input ProductFilter { name: String  upcs: [String!]  deep: ProductFilter  order: Order = NAME }
    input Nested { text: String = "default"  inner: Nested  items: [Nested!]  flag: Boolean }
    enum Order { NAME PRICE }
    scalar Json
    interface Node { id: ID! }
    interface Thing implements Node { id: ID!  label: String }
    type Product implements Thing & Node @key(fields: "upc") @key(fields: "id") {
      id: ID!  upc: String!  label: String  name: String  price(currency: String = "EUR"): Int  weight: Int  size: Size @shareable  old: String  madeBy: Maker!
      tags: [String]!  related: [Product]  variants: [[Product!]!]
    }
    type Gadget implements Thing & Node @key(fields: "id") { id: ID!  label: String  power: Float!  parts: [Thing!] }
    type Book implements Node @key(fields: "isbn org { code }") { id: ID!  isbn: String!  org: Org!  title: String! }
    type Org @shareable { code: Int!  name: String }
    type Size @shareable { width: Int  height: Int! }
    type Maker @key(fields: "id", resolvable: false) { id: ID! }
    union SearchResult = Product | Gadget | Book | Note
    union Media = Book | Gadget
    type Note { text: String!  about: Product }`,
  inventory: `
    type Query { warehouse: Warehouse!  stocked: [Product!] }
    type Product @key(fields: "upc") {
      upc: String!  weight: Int @external  price(currency: String = "EUR"): Int @external  size: Size @external
      inStock: Boolean!  shippingEstimate: Int @requires(fields: "weight price")  dollarTax: Int @requires(fields: "price(currency: \\"USD\\")")
      area: Int @requires(fields: "size { width height }")  old: String @override(from: "products")  count: Int
    }
    type Size @shareable { width: Int  height: Int! }
    type Gadget @key(fields: "id") { id: ID!  stock: Int }
    type Maker @key(fields: "id") { id: ID!  name: String!  city: String }
    type User @key(fields: "email") { email: String!  mark: String @external  badge: String @requires(fields: "mark") }
    type Warehouse { name: String!  products: [Product!]!  main: Product @provides(fields: "weight") }`,
  reviews: `
    type Query { latest(limit: Int = 10): [Review!]!  review(id: ID!): Review }
    type Mutation { addReview(upc: String!, body: String!): Review! }
    type Review @key(fields: "id") { id: ID!  body: String  stars: Int!  author: User  mustAuthor: User!  product: Product  subject: Subject  replies: [Review!]! }
    union Subject = User | Product
    type User @key(fields: "email") { email: String!  reviews(last: Int): [Review!]!  name: String @external  address: Address! @external  trusted: Boolean!
      mark: String @requires(fields: "name address { street zip { code } }") }
    type Product @key(fields: "upc") { upc: String!  reviews: [Review!]!  score: Float  shippingEstimate: Int @external  advice: String @requires(fields: "shippingEstimate") }
    type Address { street: String @external  zip: Zip! @external }
    type Zip { code: String! @external }
    type Book @key(fields: "isbn org { code }") { isbn: String!  org: Org!  reviews: [Review] }
    type Org @shareable { code: Int!  name: String }`,
}

const user = (n: number, rest: object) => ({
  __typename: 'User',
  id: `u${n}`,
  email: `u${n}@example.org`,
  name: `User ${n}`,
  address: {
    __typename: 'Address',
    street: n === 2 ? null : `Street ${n}`,
    zip: { __typename: 'Zip', code: `Z${n}`, country: null },
  },
  role: n === 1 ? 'ADMIN' : 'GUEST',
  settings: { theme: 'dark', list: [1, { a: null }], __typename: 'not a type' },
  secretRank: n,
  friends: [],
  failingName: failing(`the name of u${n} failed`),
  failingMust: failing(`what u${n} must have failed`),
  greet: ({ args }: Asked) => `${String(args.greeting)} ${JSON.stringify(args.to ?? null)} from u${n}`,
  trusted: n !== 3,
  reviews: ({ args }: Asked) => [link('r1'), link('r2')].slice(0, typeof args.last === 'number' ? args.last : 2),
  mark: derived('name address { street zip { code } }', ({ name, address }) => `${String(name)} at ${JSON.stringify(address)}`),
  badge: derived('mark', ({ mark }) => `[${String(mark)}]`),
  ...rest,
})

const product = (n: number, rest: object) => ({
  __typename: 'Product',
  id: `p${n}`,
  upc: String(n),
  label: `Label ${n}`,
  name: n === 3 ? null : `Product ${n}`,
  price: ({ args }: Asked) => (args.currency === 'USD' ? 200 * n : 100 * n),
  weight: n === 3 ? null : 10 * n,
  size: n === 2 ? null : { __typename: 'Size', width: n === 3 ? null : n, height: 2 },
  old: 'moved',
  madeBy: link('m1'),
  tags: ['a', null, `t${n}`],
  related: [],
  variants: null,
  inStock: n !== 2,
  shippingEstimate: derived('weight price', ({ weight, price }) =>
    typeof weight === 'number' && typeof price === 'number' ? weight + price : null,
  ),
  dollarTax: derived('price(currency: "USD")', ({ price }) => (typeof price === 'number' ? price / 10 : null)),
  area: derived('size { width height }', ({ size }) => areaOf(size)),
  count: n,
  reviews: [],
  score: n / 3,
  advice: derived('shippingEstimate', ({ shippingEstimate }) => `pay ${String(shippingEstimate)}`),
  ...rest,
})

function areaOf(size: unknown): number | null {
  const { width, height } = (size ?? {}) as { width?: number | null; height?: number }
  return typeof width === 'number' && typeof height === 'number' ? width * height : null
}

export const SHOP_ROWS: Rows = {
  u1: user(1, { friends: [link('u2'), link('u3'), link('u2')] }),
  u2: user(2, { friends: [link('u1')], name: null }),
  u3: user(3, {}),
  p1: product(1, {
    related: [link('p2'), null, link('p3'), link('p2')],
    variants: [[link('p2')], [], [link('p1'), link('p3')]],
    reviews: [link('r1'), link('r3')],
  }),
  p2: product(2, { reviews: [link('r2')] }),
  p3: product(3, { madeBy: link('m2'), related: null }),
  g1: { __typename: 'Gadget', id: 'g1', label: null, power: 1.5, parts: [link('p1'), link('g2')], stock: 4 },
  g2: { __typename: 'Gadget', id: 'g2', label: 'Gadget 2', power: 2, parts: null, stock: null },
  b1: {
    __typename: 'Book',
    id: 'b1',
    isbn: '978',
    org: { __typename: 'Org', code: 7, name: 'Org 7' },
    title: 'Book "1"',
    reviews: [link('r3'), null],
  },
  m1: { __typename: 'Maker', id: 'm1', name: 'Maker 1', city: null },
  m2: { __typename: 'Maker', id: 'm2', name: 'Maker 2', city: 'Rome' },
  r1: {
    __typename: 'Review',
    id: 'r1',
    body: 'fine',
    stars: 5,
    author: link('u1'),
    mustAuthor: link('u1'),
    product: link('p1'),
    subject: link('p1'),
    replies: [link('r2')],
  },
  r2: {
    __typename: 'Review',
    id: 'r2',
    body: null,
    stars: 1,
    author: null,
    mustAuthor: link('u2'),
    product: link('p2'),
    subject: link('u2'),
    replies: [],
  },
  r3: {
    __typename: 'Review',
    id: 'r3',
    body: '',
    stars: 0,
    author: link('u3'),
    mustAuthor: link('u3'),
    product: null,
    subject: null,
    replies: [link('r1'), link('r2')],
  },
  Query: {
    __typename: 'Query',
    me: link('u1'),
    user: ({ args, rows }: Asked) => rows[String(args.id)] ?? null,
    users: [link('u1'), link('u2'), link('u3')],
    nobody: null,
    now: 'now',
    broken: failing('broken is broken'),
    brokenUser: failing('there is no user'),
    promisedNull: null,
    product: ({ args }: Asked) => (['1', '2', '3'].includes(String(args.upc)) ? link(`p${String(args.upc)}`) : null),
    products: ({ args }: Asked) => [link('p1'), link('p2'), link('p3')].slice(0, Number(args.first ?? 3)),
    grid: [[link('p1'), null], [], [link('p2'), link('p1'), link('p3')]],
    shelf: [null, [null, [link('p3'), link('p1')]], []],
    things: [link('p1'), link('g1'), link('g2'), link('p3'), link('p1')],
    maybeThings: [link('g1'), null, link('p2')],
    nodes: [link('b1'), link('p1'), null, link('g2')],
    media: link('b1'),
    search: [
      link('b1'),
      link('p2'),
      link('g1'),
      { __typename: 'Note', text: 'by hand', about: link('p1') },
      { __typename: 'Note', text: 'lost', about: null },
    ],
    topProduct: link('p1'),
    echo: ({ args }: Asked) => stableText(args),
    warehouse: { __typename: 'Warehouse', name: 'Main', products: [link('p3'), link('p1')], main: link('p1') },
    stocked: [link('p1'), link('p3')],
    latest: ({ args }: Asked) => [link('r1'), link('r2'), link('r3')].slice(0, Number(args.limit)),
    review: ({ args, rows }: Asked) => rows[String(args.id)] ?? null,
  },
  Mutation: {
    __typename: 'Mutation',
    rename: ({ args, rows, state }: Asked) => ({ ...rows[String(args.id)], name: `${String(args.name)} ${(state.total += 1)}` }),
    count: ({ args, state }: Asked) => (state.total = state.total * 10 + Number(args.by)),
    addProduct: ({ args }: Asked) => link(`p${String(args.upc)}`),
    note: ({ args, state }: Asked) => `${String(args.text)} ${(state.total = state.total * 10 + 5)}`,
    addReview: ({ state }: Asked) => {
      state.total = state.total * 10 + 7
      return link('r1')
    },
  },
  Subscription: {
    __typename: 'Subscription',
    userChanged: ({ args }: Asked) => link(String(args.id ?? 'u1')),
    maybeChanged: null,
  },
}
