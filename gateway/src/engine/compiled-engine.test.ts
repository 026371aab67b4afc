import { codedError } from '@planet/runtime/errors'
import { silentLog } from '@planet/runtime/log'
import { GraphQLError } from 'graphql'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createShopGraph } from '../../test/testing/shop-graph.ts'
import { createAdmission } from '../admission/admission.ts'
import { createApolloEngine } from './apollo-engine.ts'
import { type CompiledEngineOptions, createCompiledEngine } from './compiled-engine.ts'
import type { Engine } from './engine.ts'

const graph = createShopGraph()
const call = { viewer: null, requestId: 'test', signal: new AbortController().signal }
const start = (options: Partial<CompiledEngineOptions> = {}) =>
  createCompiledEngine({
    supergraphSdl: graph.supergraphSdl,
    calls: graph.calls,
    log: silentLog,
    planning: 'inline',
    generateAt: 1,
    ...options,
  })

let reference: Engine
let engine: Engine
let admit: ReturnType<typeof createAdmission>

beforeAll(async () => {
  reference = await createApolloEngine({ supergraphSdl: graph.supergraphSdl, calls: graph.calls, log: silentLog })
  engine = await start()
  admit = createAdmission(engine.schema, { introspection: true })
})
afterEach(() => graph.answer(undefined))

const operationOf = (query: string, variables: Record<string, unknown> = {}, operationName?: string) => {
  const admission = admit({ query, variables, operationName })
  if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join())
  return admission.operation
}
const answerOf = async (of: Engine, query: string, variables?: Record<string, unknown>) => {
  graph.asked.length = 0
  const { data, errors } = await of.execute(operationOf(query, variables), call)
  return {
    text: JSON.stringify(data),
    errors: (errors ?? []).map(({ message, path, extensions }) => ({ message, path, code: extensions.code })),
    requests: graph.asked.length,
  }
}

const GOODS =
  '{ goods { __typename code ... on Book { pages inStock shipping owner { name } } ... on Lamp { watts shipping inStock owner { name } } } }'

describe.each([
  ['as generated functions', {}],
  ['with one request per fetch', { merge: false }],
  ['step by step, where code must not be generated', { generateAt: Number.POSITIVE_INFINITY }],
])('an operation executed %s', (_, options) => {
  let own: Engine
  beforeAll(async () => {
    own = await start(options)
  })

  it.each<[string, Record<string, unknown>?]>([
    ['{ people { id name rank } }'],
    ['{ __typename people { me: __typename x: name } }'],
    [GOODS],
    [
      'query Q($a: Boolean!, $b: Boolean = true) { goods { title @include(if: $a) ... on Book @skip(if: $b) { pages } ...L } } fragment L on Lamp { owner { nick @skip(if: $a) id } }',
      { a: true },
    ],
    ['query Q($a: Boolean!) { people { name @include(if: $a) nick name } }', { a: false }],
    [
      'mutation { a: rename(id: "p1", name: "x") { name } b: sell(code: "b1") { inStock } c: rename(id: "p2", name: "y") { nick } }',
    ],
    ['{ __schema { queryType { name } } __type(name: "Rank") { enumValues { name } } people { id } }'],
    ['{ person(id: "nobody") { name } }'],
    ['query ($id: ID! = "p1") { person(id: $id) { constructor: name __proto__: nick toString: id } }'],
  ])('gives the reference’s bytes for %s', async (query, variables) => {
    const theirs = await answerOf(reference, query, variables)
    expect(await answerOf(own, query, variables)).toMatchObject({ text: theirs.text, errors: theirs.errors })
  })

  it('reports a fault of an entity at every place that shows it, and keeps the rest', async () => {
    graph.answer(({ subgraph, operation }, answer) => {
      const entities =
        subgraph === 'people' && answer.data ? Object.entries(answer.data).find(([name]) => name.startsWith('_')) : undefined
      if (!entities) return answer
      const error = new GraphQLError('No nick.', { path: [entities[0], 0, 'name'], extensions: { code: 'FORBIDDEN' } })
      expect(operation.body).toBe(
        JSON.stringify({ query: operation.query, operationName: operation.operationName, variables: operation.variables }),
      )
      return {
        data: { [entities[0]]: (entities[1] as unknown[]).map((each, index) => (index === 0 ? null : each)) },
        errors: [error],
      }
    })
    expect(await answerOf(own, '{ goods { ... on Book { owner { name } } } }')).toMatchObject({
      text: '{"goods":[{"owner":null},{},{"owner":null}]}',
      errors: [0, 2].map((index) => ({ message: 'No nick.', path: ['goods', index, 'owner', 'name'], code: 'FORBIDDEN' })),
    })
  })

  it('gives what is there when a subgraph does not answer', async () => {
    graph.answer(({ subgraph }, answer) => (subgraph === 'stock' ? { errors: [codedError('UNAVAILABLE', 'Not now.')] } : answer))
    const theirs = await answerOf(reference, GOODS)
    const ours = await answerOf(own, GOODS)
    expect(ours.text).toBe(theirs.text)
    expect(ours.errors).toContainEqual({ message: 'Not now.', path: ['goods', '@'], code: 'UNAVAILABLE' })
  })

  it('asks for less when what only a part of a request needs has not come', async () => {
    graph.answer(({ subgraph }, answer) => {
      if (subgraph !== 'goods' || !answer.data?.goods) return answer
      return { data: { goods: (answer.data.goods as Record<string, unknown>[]).map((row) => ({ ...row, price: undefined })) } }
    })
    const theirs = await answerOf(reference, GOODS)
    expect((await answerOf(own, GOODS)).text).toBe(theirs.text)
  })

  it('takes a missing value up to the next nullable field, and says where it was missing', async () => {
    graph.answer((_, answer) => {
      const first = (answer.data?.people as Record<string, unknown>[] | undefined)?.[0]
      return first ? { data: { people: [first, { ...first, name: null }] } } : answer
    })
    const theirs = await answerOf(reference, '{ people { name } }')
    expect(theirs.text).toBe('null')
    expect(await answerOf(own, '{ people { name } }')).toMatchObject({ text: 'null', errors: theirs.errors })
  })

  it('does not tell the value of an inaccessible name', async () => {
    const answer = await answerOf(own, '{ people { rank } }')
    expect(answer.text).toBe('{"people":[{"rank":"HIGH"},{"rank":null}]}')
    expect(JSON.stringify(answer.errors)).not.toContain('SECRET')
  })
})

it('sends one request per subgraph and level', async () => {
  const query = '{ a: goods { ... on Book { owner { name } } } b: goods { ... on Book { owner { nick } } } }'
  expect(await answerOf(engine, query)).toMatchObject({ requests: 2 })
  expect(await answerOf(await start({ merge: false }), query)).toMatchObject({ requests: 3 })
})

it('asks for each entity once', async () => {
  await answerOf(engine, '{ goods { ... on Book { owner { name } } ... on Lamp { owner { name } } } }')
  const representations = graph.asked.flatMap(({ subgraph, operation }) =>
    subgraph === 'people' ? Object.values(operation.variables ?? {}).flat() : [],
  )
  expect(representations).toEqual(['p1', 'p2'].map((id) => ({ __typename: 'Person', id })))
})

it('asks again apart when one part of a request was refused whole, so that the others have their answer', async () => {
  const query = '{ people { id } goods { ... on Book { inStock owner { name } } ... on Lamp { shipping owner { nick } } } }'
  const calm = await answerOf(engine, query)
  graph.answer(({ operation }, answer) => {
    const isMerged = operation.query.includes('_1:_entities')
    return isMerged ? { data: null, errors: [new GraphQLError('Too much.', { extensions: { code: 'FORBIDDEN' } })] } : answer
  })
  expect(await answerOf(engine, query)).toMatchObject({ text: calm.text, errors: [] })
})

it('runs nothing that a client wrote', async () => {
  const evil = '\\"}; globalThis.wasHere = true; //${globalThis.wasHere = true}`\u2028'
  const query =
    'query Q($id: ID!, $name: ID!) { person(id: $id) { wasHere: name constructor: nick } name: person(id: $name) { id } } mutation M($id: ID!, $name: String!) { rename(id: $id, name: $name) { __proto__: name valueOf: id } }'
  for (const variables of [
    { id: evil, name: evil },
    { id: 'p1', name: evil },
  ]) {
    for (const name of ['Q', 'M']) await engine.execute(operationOf(query, variables, name), call)
  }
  const literal = JSON.stringify(evil)
  const { data } = await engine.execute(
    operationOf(`mutation { rename(id: "p1", name: ${literal}) { hasOwnProperty: name } }`),
    call,
  )
  expect(JSON.stringify(data)).toBe(`{"rename":{"hasOwnProperty":${JSON.stringify(evil)}}}`)
  expect('wasHere' in globalThis).toBe(false)
})

it('plans an operation once, whatever its layout and the values of its variables', async () => {
  const own = await start()
  const run = (query: string, variables: Record<string, unknown>) => own.execute(operationOf(query, variables), call)
  await Promise.all([
    run('query Q($id: ID!) { person(id: $id) { name } }', { id: 'p1' }),
    run('query Q($id: ID!) {\n  # the same\n  person(id: $id) { name }\n}', { id: 'p2' }),
  ])
  expect(own.stats?.()).toMatchObject({ misses: 1, hits: 1, entries: 1 })
})

it('does not wait for a plan when the time of the operation is over', async () => {
  const own = await start({ planning: 'thread' })
  const abort = new AbortController()
  const answer = own.execute(operationOf('{ people { name nick } }'), { ...call, signal: abort.signal })
  abort.abort()
  await expect(answer).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  // Others may wait for the same plan.
  expect(await own.execute(operationOf('{ people { name nick } }'), call)).toHaveProperty('data.people')
  expect(own.stats?.()).toMatchObject({ planned: 1, refused: 0 })
  await own.close()
})

it('keeps no more plans than it may', async () => {
  const own = await start({ maxPlanBytes: 200_000 })
  for (let n = 0; n < 40; n++) await own.execute(operationOf(`{ a${n}: people { id } }`), call)
  expect(own.stats?.().bytes).toBeLessThanOrEqual(200_000)
  expect(own.stats?.()).toMatchObject({ misses: 40 })
})

it('gives an alias the name of a key', async () => {
  const { text } = await answerOf(engine, '{ goods { ... on Book { code: title owner { id: name } } } }')
  expect(text).toBe('{"goods":[{"code":"One","owner":{"id":"Ada"}},{},{"code":null,"owner":{"id":"Ada"}}]}')
})

it('does not take an empty plan for a whole one', async () => {
  const planning = { plan: async () => ({ kind: 'QueryPlan' as const }), explain: async () => '', close: async () => {} }
  const own = await start({ planning, generateAt: 2 })
  for (let use = 1; use <= 3; use++) {
    const one = await answerOf(own, 'query($id: ID!) { one: person(id: $id) { name } __typename }', { id: `p${use}` })
    expect(one).toMatchObject({ text: '{"one":null,"__typename":"Query"}', errors: [{ path: ['one'] }], requests: 0 })
    const promised = await answerOf(own, '{ ...F } fragment F on Query { people { name } }')
    expect(promised).toMatchObject({ text: 'null', errors: [{ path: ['people'] }] })
    const left = 'query($no: Boolean!) { people @include(if: $no) { name } ... @skip(if: true) { goods { code } } __typename }'
    expect(await answerOf(own, left, { no: false })).toMatchObject({ text: '{"__typename":"Query"}', errors: [] })
  }
})
