import { codedError } from '@planet/runtime/errors'
import { type ExecutionResult, GraphQLError } from 'graphql'
import type { Trouble } from '../memory-graph.ts'
import type { HandCase } from './case.ts'

const faulty = (title: string, query: string, variables?: Record<string, unknown>): HandCase => ({
  title,
  query,
  variables,
  isFaulty: true,
})
const troubled = (title: string, trouble: Trouble, query: string): HandCase => ({ title, query, trouble })
const malformed = (title: string, trouble: Trouble, query: string): HandCase => ({ title, query, trouble, isMalformed: true })
const misfitting = (title: string, trouble: Trouble, query: string, data: unknown, referenceIsWrong: string): HandCase => ({
  title,
  query,
  trouble,
  referenceIsWrong,
  expected: { data, hasErrors: true },
})

const answers = (subgraph: string, change: (result: ExecutionResult) => ExecutionResult): Trouble => ({
  answer: (name, _, result) => (name === subgraph ? change(result) : result),
})
const down = (subgraph: string) => answers(subgraph, () => ({ errors: [codedError('UNAVAILABLE', 'It did not answer.')] }))
const refusing = (subgraph: string) =>
  answers(subgraph, () => ({ data: null, errors: [codedError('FORBIDDEN', 'Not for you.')] }))
const grumbling = (subgraph: string) =>
  answers(subgraph, (result) => ({
    ...result,
    errors: [...(result.errors ?? []), new GraphQLError('Partly.', { extensions: { code: 'CONFLICT' } })],
  }))
const refusingField = (subgraph: string, field: string): Trouble => ({
  answer: (name, { query }, result) =>
    name === subgraph && new RegExp(`\\b${field}\\b`).test(query)
      ? { data: null, errors: [codedError('FORBIDDEN', `Not for ${field}.`)] }
      : result,
})
const empty = (subgraph: string) => answers(subgraph, () => ({}))
const nothing = (subgraph: string) => answers(subgraph, () => ({ data: null }))
const inEntities = (subgraph: string, change: (items: unknown[]) => unknown): Trouble =>
  answers(subgraph, (result) => ({
    ...result,
    data: Object.fromEntries(
      Object.entries(result.data ?? {}).map(([key, value]) => [key, Array.isArray(value) ? change(value) : value]),
    ),
  }))
const withoutEntity = (subgraph: string, id: string): Trouble => ({
  entity: (name, row) => (name === subgraph && row.id === id ? null : undefined),
})
const failingEntity = (subgraph: string, id: string): Trouble => ({
  entity(name, row) {
    if (name === subgraph && row.id === id) throw codedError('CONFLICT', `${id} failed in ${subgraph}`)
    return undefined
  },
})
const failingField = (subgraph: string, type: string, field: string, id?: string): Trouble => ({
  field(name, row, asked) {
    if (name === subgraph && row.__typename === type && asked === field && (id === undefined || row.id === id)) {
      throw codedError('CONFLICT', `${type}.${field} of ${String(row.id)} failed`)
    }
    return undefined
  },
})
const replacing = (subgraph: string, type: string, field: string, value: unknown, id?: string): Trouble => ({
  field: (name, row, asked) =>
    name === subgraph && row.__typename === type && asked === field && (id === undefined || row.id === id)
      ? { value }
      : undefined,
})
const nullField = (subgraph: string, type: string, field: string, id?: string) => replacing(subgraph, type, field, null, id)

const LISTS = '{ products(first: 3) { upc inStock score reviews { id author { name trusted } } madeBy { name } } }'
const DEEP = '{ me { name friends { name reviews { body product { inStock madeBy { name } } } } } }'
const ALIASED = '{ x: products(first: 3) { y: related { z: score w: inStock } v: variants { u: inStock } } }'
const ABSTRACT =
  '{ things { id ... on Product { inStock score } ... on Gadget { stock } } search(text: "x") { ... on Book { reviews { id } } ... on Product { inStock } } }'

export const FAULT_CASES: readonly HandCase[] = [
  faulty('reports a root field that fails', '{ broken me { id trusted } }'),
  faulty('reports a root object that fails', '{ brokenUser { name trusted } a: brokenUser { id } }'),
  faulty('lets a root null bubble up', '{ promisedNull me { id } }'),
  faulty('reports a field that fails in a list', '{ users { id failingName trusted } }'),
  faulty('lets a null bubble out of a list', '{ users { id failingMust } now }'),
  faulty('reports under aliases', '{ a: users { b: failingName c: trusted } d: me { e: failingMust } }'),
  faulty('reports below an entity of another subgraph', '{ latest { id author { failingName name } } }'),
  faulty('lets a null bubble up over an entity of another subgraph', '{ latest { id author { failingMust } } }'),
  faulty('lets a null bubble up to the list', '{ latest { id mustAuthor { failingMust } } me { id } }'),
  faulty(
    'reports in a mutation',
    'mutation { a: count(by: 1) rename(id: "u1", name: "x") { failingName trusted failingMust } b: count(by: 2) }',
  ),
  faulty(
    'reports in a subscription',
    'subscription { userChanged { id failingName trusted reviews { mustAuthor { failingMust } } } }',
  ),
  faulty('lets the null of an event bubble up', 'subscription { userChanged { id failingMust } }'),
  ...['accounts', 'products', 'inventory', 'reviews'].flatMap((name) => [
    troubled(`answers what is left when ${name} does not answer`, down(name), LISTS),
    troubled(`answers what is left of a deep query when ${name} does not answer`, down(name), DEEP),
    troubled(`answers what is left of abstract types when ${name} does not answer`, down(name), ABSTRACT),
    troubled(`reports under aliases when ${name} does not answer`, down(name), ALIASED),
    troubled(`reports what ${name} refuses`, refusing(name), LISTS),
    troubled(`keeps the data that ${name} grumbles about`, grumbling(name), LISTS),
    troubled(`takes data null from ${name} without an error`, nothing(name), LISTS),
    troubled(`takes an answer without data from ${name}`, empty(name), DEEP),
  ]),
  troubled(
    'answers when nothing answers',
    { answer: () => ({ errors: [codedError('UNAVAILABLE', 'It did not answer.')] }) },
    '{ me { id } latest { id } __typename }',
  ),
  troubled(
    'goes on with mutations after one subgraph does not answer',
    down('products'),
    'mutation { a: count(by: 1) note(text: "n") b: count(by: 2) }',
  ),
  troubled('answers an event when another subgraph is down', down('reviews'), 'subscription { userChanged { id name trusted } }'),
  troubled('answers an event that is an error', down('accounts'), 'subscription { userChanged { id name trusted } }'),
  troubled(
    'keeps what is asked for beside a field for which requests are refused',
    refusingField('inventory', 'count'),
    '{ latest { product { count shippingEstimate } } }',
  ),
  troubled(
    'asks for what needs no more than the key of an entity that lacks what another field requires',
    withoutEntity('products', 'p1'),
    '{ latest { product { count shippingEstimate } } }',
  ),
  troubled('takes an entity that is not known', withoutEntity('inventory', 'p2'), LISTS),
  troubled('takes an entity that is not known under aliases', withoutEntity('reviews', 'p2'), ALIASED),
  troubled('takes an entity that is not known behind an interface', withoutEntity('inventory', 'g1'), ABSTRACT),
  troubled('reports an entity that fails at each of its places', failingEntity('inventory', 'p2'), ALIASED),
  troubled('reports an entity that fails deep down', failingEntity('inventory', 'p1'), DEEP),
  troubled(
    'reports an entity that fails in a chain of requirements',
    failingEntity('accounts', 'u1'),
    '{ latest { author { badge trusted } } }',
  ),
  troubled(
    'reports a field that fails in a batch',
    failingField('inventory', 'Product', 'inStock', 'p2'),
    '{ products(first: 3) { upc inStock count } }',
  ),
  troubled(
    'takes a list with it when a later one of its items must not be null',
    failingField('products', 'Product', 'madeBy', 'p3'),
    '{ stocked { upc madeBy { id } } me { id } }',
  ),
  troubled('reports a nullable field that fails in a batch', failingField('reviews', 'Product', 'score', 'p3'), ALIASED),
  troubled(
    'reports a field that fails in lists of lists',
    failingField('reviews', 'Product', 'score', 'p1'),
    '{ grid { upc score } shelf { score } }',
  ),
  troubled('reports a field that fails below a batch', failingField('reviews', 'Review', 'body', 'r2'), DEEP),
  troubled(
    'reports a required field that fails',
    failingField('products', 'Product', 'weight', 'p1'),
    '{ products(first: 3) { upc shippingEstimate inStock } }',
  ),
  troubled(
    'reports a required object that fails',
    failingField('products', 'Product', 'size'),
    '{ products(first: 3) { area } stocked { area upc } }',
  ),
  troubled(
    'reports a required field of a chain that fails',
    failingField('accounts', 'User', 'name', 'u1'),
    '{ users { id badge trusted } }',
  ),
  troubled('reports a key that fails', failingField('products', 'Product', 'upc', 'p2'), '{ products(first: 3) { name score } }'),
  troubled('reports a field that fails behind a fragment', failingField('inventory', 'Gadget', 'stock'), ABSTRACT),
  troubled('takes null where a subgraph promised a value', nullField('inventory', 'Product', 'inStock', 'p1'), LISTS),
  troubled('takes null for a promised list', nullField('reviews', 'Product', 'reviews', 'p1'), LISTS),
  troubled(
    'takes null for a required field',
    nullField('products', 'Product', 'weight'),
    '{ products(first: 3) { shippingEstimate advice } }',
  ),
  troubled(
    'takes null for a nested key',
    nullField('products', 'Book', 'org'),
    '{ search(text: "x") { ... on Book { title reviews { id } } } }',
  ),
  troubled('takes null for a key', nullField('products', 'Product', 'upc'), '{ products(first: 1) { name score } }'),
  malformed(
    'survives data that is no object',
    answers('reviews', () => ({ data: 'text' as unknown as null })),
    '{ latest { id } me { name } }',
  ),
  malformed(
    'survives entities that are no list',
    inEntities('inventory', () => 'text'),
    '{ products { upc inStock } me { name } }',
  ),
  malformed(
    'survives too few entities',
    inEntities('inventory', (items) => items.slice(1)),
    '{ products(first: 3) { upc count } }',
  ),
  malformed(
    'survives a list where an object belongs',
    answers('accounts', () => ({ data: { me: ['x'] } })),
    '{ me { id name } now2: latest { id } }',
  ),
  malformed(
    'survives an object where a list belongs',
    answers('reviews', () => ({ data: { latest: { id: 'r1' } } })),
    '{ latest { id } }',
  ),
  misfitting(
    'gives null for a text where an object belongs, and the rest',
    answers('accounts', () => ({ data: { me: 'x' } })),
    '{ me { id } latest { id } }',
    { me: null, latest: ['r1', 'r2', 'r3'].map((id) => ({ id })) },
    'it gives no data at all',
  ),
  malformed(
    'survives an unknown type name',
    answers('products', () => ({
      data: {
        maybeThings: [
          { __typename: 'Unheard', id: '1' },
          { __typename: 'Gadget', id: 'g1' },
        ],
      },
    })),
    '{ maybeThings { id } }',
  ),
  misfitting(
    'gives null for an object of a type that does not belong there',
    answers('products', () => ({ data: { maybeThings: [{ __typename: 'Review', id: '1' }] } })),
    '{ maybeThings { __typename id } }',
    { maybeThings: [null] },
    'it gives the object and says nothing',
  ),
  malformed(
    'survives a wrong leaf',
    answers('accounts', () => ({ data: { me: { role: 'KING', name: 'x' } } })),
    '{ me { role name } }',
  ),
]
