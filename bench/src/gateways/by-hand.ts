/** What somebody would write who needs only these questions answered: undici, JSON.parse, JSON.stringify, no GraphQL. */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import type { SubgraphsVariable } from './gateways.ts'

type Keyed<Key extends string> = Readonly<Record<Key, string>>
type User = Keyed<'id' | 'username' | 'name'>
type Product = Keyed<'upc' | 'name'> & { readonly price: number; readonly weight: number }
type Stock = Keyed<'upc'> & { readonly inStock: boolean; readonly shippingEstimate: number }
type Review = Keyed<'id' | 'body'>
type Ask = <Data>(subgraph: string, query: string, variables?: object) => Promise<Data>

const subgraphs = JSON.parse(process.env.SUBGRAPHS ?? '{}') as SubgraphsVariable
const pools = new Map(
  Object.entries(subgraphs).map(([name, { url }]) => [name, new Pool(new URL(url).origin, { connections: 64 })] as const),
)

const askAs =
  (authorization: string): Ask =>
  async (subgraph, query, variables) => {
    const pool = pools.get(subgraph)
    if (!pool) throw new Error(`there is no subgraph ${subgraph}`)
    const { body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    })
    // Subgraphs answer what they are asked.
    return ((await body.json()) as { data: never }).data
  }

const usersOf = (ids: Iterable<string>) => [...ids].map((id) => ({ __typename: 'User', id }))
const productsOf = (upcs: Iterable<string>) => [...upcs].map((upc) => ({ __typename: 'Product', upc }))

const mainText = (at: number) => MAIN_QUESTIONS[at]?.query(0) ?? ''

const light = (set: string) => (ask: Ask) => ask('products', `{ topProducts(first: 12, set: ${set}) { upc name price weight } }`)

const medium = (set: string) => async (ask: Ask) => {
  const { topProducts } = await ask<{ topProducts: Product[] }>(
    'products',
    `{ topProducts(first: 10, set: ${set}) { upc name price } }`,
  )
  const { _entities } = await ask<{ _entities: { reviews: (Review & { author: { id: string } })[] }[] }>(
    'reviews',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { reviews { id body author { id } } } } }',
    { r: productsOf(topProducts.map(({ upc }) => upc)) },
  )
  const ids = new Set(_entities.flatMap(({ reviews }) => reviews.map(({ author }) => author.id)))
  const users = await namesOf(ask, ids)
  const author = (id: string) => {
    const user = users.get(id)
    return user && { id, name: user.name, username: user.username }
  }
  return {
    topProducts: topProducts.map(({ upc, name, price }, i) => ({
      upc,
      name,
      price,
      reviews: _entities[i]?.reviews.map((review) => ({ id: review.id, body: review.body, author: author(review.author.id) })),
    })),
  }
}

async function namesOf(ask: Ask, ids: Iterable<string>): Promise<Map<string, User>> {
  const { _entities } = await ask<{ _entities: User[] }>(
    'accounts',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id username name } } }',
    { r: usersOf(ids) },
  )
  return new Map(_entities.map((user) => [user.id, user]))
}

const LEAF = '{ id body product { upc } }'
const OF_PRODUCT = `{ id body author { id reviews ${LEAF} } }`

type Leaf = Review & { readonly product: { readonly upc: string } }
type OfProduct = Review & { readonly author: { readonly id: string; readonly reviews: readonly Leaf[] } }
type OfUser = Review & { readonly product: { readonly upc: string; readonly reviews: readonly OfProduct[] } }
type Reviews = {
  readonly users: readonly { readonly reviews: readonly OfUser[] }[]
  readonly products: readonly { readonly reviews: readonly OfProduct[] }[]
}

const deep = (set: string, userCount: number, productCount: number) => async (ask: Ask) => {
  const [{ users }, { topProducts }] = await Promise.all([
    ask<{ users: User[] }>('accounts', `{ users(first: ${userCount}, set: ${set}) { id username name } }`),
    ask<{ topProducts: Product[] }>('products', `{ topProducts(first: ${productCount}, set: ${set}) { upc name price weight } }`),
  ])
  const reviews = await ask<Reviews>(
    'reviews',
    `query ($u: [_Any!]!, $p: [_Any!]!) {
      users: _entities(representations: $u) { ... on User { reviews { id body product { upc reviews ${OF_PRODUCT} } } } }
      products: _entities(representations: $p) { ... on Product { reviews ${OF_PRODUCT} } }
    }`,
    { u: usersOf(users.map(({ id }) => id)), p: productsOf(topProducts.map(({ upc }) => upc)) },
  )
  const ids = new Set<string>()
  const upcs = new Set(topProducts.map(({ upc }) => upc))
  const note = ({ author }: OfProduct) => {
    ids.add(author.id)
    for (const { product } of author.reviews) upcs.add(product.upc)
  }
  for (const { reviews: written } of reviews.users) {
    for (const { product } of written) {
      upcs.add(product.upc)
      product.reviews.forEach(note)
    }
  }
  for (const { reviews: received } of reviews.products) received.forEach(note)

  const [names, products] = await Promise.all([
    namesOf(ask, ids),
    ask<{ _entities: Product[] }>(
      'products',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { upc name price weight } } }',
      { r: productsOf(upcs) },
    ),
  ])
  const stock = await ask<{ _entities: Stock[] }>(
    'inventory',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate } } }',
    { r: products._entities.map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight })) },
  )
  const goods = new Map(
    products._entities.map(({ upc, name, price, weight }, i) => {
      const { inStock, shippingEstimate } = stock._entities[i] ?? {}
      return [upc, { inStock, name, price, shippingEstimate, upc, weight }]
    }),
  )
  const leaf = ({ id, body, product }: Leaf) => ({ id, body, product: goods.get(product.upc) })
  const ofProduct = ({ id, body, author }: OfProduct) => {
    const user = names.get(author.id)
    return {
      id,
      body,
      author: { id: author.id, username: user?.username, name: user?.name, reviews: author.reviews.map(leaf) },
    }
  }
  return {
    users: users.map(({ id, username, name }, i) => ({
      id,
      username,
      name,
      reviews: reviews.users[i]?.reviews.map((review) => ({
        id: review.id,
        body: review.body,
        product: { ...goods.get(review.product.upc), reviews: review.product.reviews.map(ofProduct) },
      })),
    })),
    topProducts: topProducts.map(({ upc }, i) => ({ ...goods.get(upc), reviews: reviews.products[i]?.reviews.map(ofProduct) })),
  }
}

const answerOf = new Map<string, (ask: Ask) => Promise<unknown>>([
  [mainText(0), light('SMALL')],
  [mainText(1), medium('SMALL')],
  [mainText(2), deep('SMALL', 12, 5)],
  [mainText(3), deep('MANY', 120, 50)],
])

createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', async () => {
    const { query } = JSON.parse(Buffer.concat(parts).toString()) as { query: string }
    // What is asked before the first question only wants to know whether somebody is there.
    const answer = answerOf.get(query) ?? (async () => ({ __typename: 'Query' }))
    const text = JSON.stringify({ data: await answer(askAs(request.headers.authorization ?? '')) })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
