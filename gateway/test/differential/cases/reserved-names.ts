import { type Asked, derived, link } from '../world.ts'
import { type HandGraph, right, wrongAs } from './case.ts'

const taken = 'it takes what the client has under the alias for what a plan has under it'
const wrong = wrongAs(taken)

const NAMES = [
  ...['__typename', '__schema', '__type', '__a', '__proto__', '_', '_entities', '_service', '_0', '_event'],
  ...['representations', 'constructor', 'hasOwnProperty', 'then', 'length', 'id', 'name', 'text'],
  ...['name__alias_0', 'id__alias_0', 'name__name', 'price__0', 'extra__0', 'data', 'f0', 'k0', 'v', 'w'],
]

const QUERIES: Readonly<Record<string, (name: string) => string>> = {
  answers: (name) => `{ one { ${name}: name } all { ${name}: price(currency: "EUR") next { ${name}: id } } }`,
  'joins beside': (name) => `{ one { ${name}: name extra } all { ${name}: id tax upper list { ${name}: extra(n: 1) } } }`,
  'joins below': (name) =>
    `{ ${name}: one { extra(n: 1) ${name}: next { ${name}: extra key: name } } a: all { ${name}: list { ${name}: upper } } }`,
  'tells types beside': (name) =>
    `{ ${name}: nodes { ... on One { ${name}: upper key: id } ... on Two { ${name}: extra } } any { ${name}: __typename ... on Two { extra } } }`,
}
/** Where the reference takes an alias for something else, or has to refuse it. */
const MISTAKEN: ReadonlyMap<string, readonly string[]> = new Map([
  ['__typename', Object.keys(QUERIES)],
  // An object would be written into what all objects have in common, so there it is refused.
  ['__proto__', ['joins below', 'tells types beside']],
  ['id', ['joins beside', 'joins below']],
  ['name', ['joins beside']],
])

/** Names that a client gives to fields and variables, and that mean something elsewhere. */
export const RESERVED_NAMES: HandGraph = {
  about: 'aliases of every reserved form',
  subgraphs: {
    a: `
      type Query { one: One  all: [One!]!  nodes: [Node!]!  any: Any  text: String  find(id: ID, n: Int): One }
      type Mutation { set(id: ID!): One }
      type Subscription { changed: One }
      interface Node { id: ID!  name: String }
      union Any = One | Two
      type One implements Node @key(fields: "id") { id: ID!  name: String  price(currency: String): Int  next: One  list: [One!] }
      type Two implements Node @key(fields: "id") { id: ID!  name: String }`,
    b: `
      type One @key(fields: "id") { id: ID!  name: String @external  price(currency: String): Int @external  extra(n: Int): String  tax: Int @requires(fields: "price(currency: \\"USD\\")")  upper: String @requires(fields: "name") }
      type Two @key(fields: "id") { id: ID!  extra(n: Int): String }`,
  },
  rows: {
    o1: one(1, { next: link('o2'), list: [link('o2'), link('o1')] }),
    o2: one(2, { next: null, list: null }),
    t1: { __typename: 'Two', id: 't1', name: 'Two 1', extra: extra('t1') },
    Query: {
      __typename: 'Query',
      one: link('o1'),
      all: [link('o1'), link('o2')],
      nodes: [link('o1'), link('t1'), link('o2')],
      any: link('t1'),
      text: 'a text',
      find: ({ args, rows }: Asked) => rows[String(args.id)] ?? null,
    },
    Mutation: { __typename: 'Mutation', set: ({ args, rows }: Asked) => rows[String(args.id)] ?? null },
    Subscription: { __typename: 'Subscription', changed: link('o1') },
  },
  cases: [
    ...NAMES.flatMap((name) =>
      Object.entries(QUERIES).map(([about, query]) =>
        (MISTAKEN.get(name)?.includes(about) ? wrong : right)(`${about} ${name}`, query(name)),
      ),
    ),
    wrong(
      'answers a mutation under a reserved name',
      'mutation { __typename: set(id: "o1") { __typename: name extra } _entities: set(id: "o2") { id: __typename tax } }',
    ),
    wrong(
      'answers an event under a reserved name',
      'subscription { __typename: changed { __typename: name extra t: __typename } }',
    ),
    wrong(
      'names a type in a name of its own beside others',
      '{ one { __typename t: __typename id: __typename extra } all { name: __typename upper } }',
    ),
    wrong(
      'takes a variable called representations',
      'query($representations: Int) { one { extra(n: $representations) tax } find(id: "o2", n: $representations) { extra(n: $representations) } }',
      { representations: 3 },
    ),
    right(
      'takes variables with names of ours',
      'query($representations0: Int, $_representations: Int, $__proto__: Int, $constructor: Int) { one { a: extra(n: $representations0) b: extra(n: $_representations) c: extra(n: $__proto__) d: extra(n: $constructor) } any { ... on Two { extra(n: $representations0) } } }',
      { representations0: 3, _representations: 4, constructor: 5 },
    ),
    wrong(
      'includes by a variable called representations',
      'query($representations: Boolean!) { one { extra @include(if: $representations) tax } all { id upper @skip(if: $representations) } }',
      { representations: true },
      { others: [{ representations: false }] },
    ),
  ],
}

function one(n: number, rest: object) {
  return {
    __typename: 'One',
    id: `o${n}`,
    name: `One ${n}`,
    price: ({ args }: Asked) => (args.currency === 'USD' ? 10 * n : n),
    extra: extra(`o${n}`),
    tax: derived('price(currency: "USD")', ({ price }) => Number(price) / 10),
    upper: derived('name', ({ name }) => String(name).toUpperCase()),
    ...rest,
  }
}

function extra(id: string) {
  return ({ args }: Asked) => `extra ${String(args.n ?? 'nothing')} of ${id}`
}
