import { silentLog } from '@planet/runtime/log'
import type { ExecutionResult } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMemoryGraph, type MemoryGraph, type Trouble } from '../../test/differential/memory-graph.ts'
import { link } from '../../test/differential/world.ts'
import { createAdmission } from '../admission/admission.ts'
import { createApolloEngine } from './apollo-engine.ts'
import { createCompiledEngine } from './compiled-engine.ts'
import type { Engine } from './engine.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
const SUBGRAPHS = {
  tickets: `type Query { ticket: Ticket  tickets: [Ticket!]!  must: Post! }
      type Ticket { n: Int!  post: Post  all: [Post!] }
      type Post @key(fields: "id", resolvable: false) { id: ID! }`,
  posts: 'type Post @key(fields: "id") { id: ID!  title: String!  body: String  tags: [String!]! }',
}
const post = (id: string) => ({ __typename: 'Post', id, title: `title of ${id}`, body: 'b', tags: [] })
const ticket = (n: number, id: string) => ({ __typename: 'Ticket', n, post: link(id), all: [link('open'), link(id)] })
const ROWS = {
  open: post('open'),
  secret: post('secret'),
  t1: ticket(1, 'secret'),
  t2: ticket(2, 'open'),
  Query: { __typename: 'Query', ticket: link('t1'), tickets: [link('t1'), link('t2')], must: link('secret') },
}
const HIDING: Trouble = { entity: (subgraph, row) => (subgraph === 'posts' && row.id === 'secret' ? null : undefined) }

let graph: MemoryGraph
const engines: Record<string, Engine> = {}

beforeAll(async () => {
  const subgraphs = Object.entries(SUBGRAPHS).map(([name, text]) => ({ name, typeDefs: `${LINK}\n${text}` }))
  graph = createMemoryGraph(subgraphs, ROWS)
  const { supergraphSdl, calls } = graph
  engines.compiled = await createCompiledEngine({ supergraphSdl, calls, log: silentLog, planning: 'inline' })
  engines.reference = await createApolloEngine({ supergraphSdl, calls, log: silentLog })
})

async function ask(engine: string, query: string, trouble: Trouble): Promise<ExecutionResult> {
  const admission = createAdmission(graph.api, { introspection: true })({ query })
  if (!admission.ok) throw new Error(admission.errors.map(({ message }) => message).join())
  const call = graph.begin(trouble)
  const result = await engines[engine]?.execute(admission.operation, call)
  graph.end(call)
  return JSON.parse(JSON.stringify(result))
}

describe.each(['compiled', 'reference'])('with the %s engine an entity that its owner hides', (engine) => {
  it('is null without an error, though its fields may not be null', async () => {
    for (const fields of ['title', 'id title', 'tags', 'body title tags', '... on Post { title }', 'a: title'])
      expect(await ask(engine, `{ ticket { n post { ${fields} } } }`, HIDING)).toEqual({ data: { ticket: { n: 1, post: null } } })
  })

  it('is null under every name, and takes nothing from its neighbours', async () => {
    expect(await ask(engine, '{ tickets { n one: post { title } two: post { body title } } }', HIDING)).toEqual({
      data: {
        tickets: [
          { n: 1, one: null, two: null },
          { n: 2, one: { title: 'title of open' }, two: { body: 'b', title: 'title of open' } },
        ],
      },
    })
  })

  it('takes a list with it that promises its items', async () => {
    expect(await ask(engine, '{ ticket { all { title } } }', HIDING)).toEqual({ data: { ticket: { all: null } } })
  })

  it('is an error where nothing is left to answer with', async () => {
    const { data, errors } = await ask(engine, '{ must { title } }', HIDING)
    expect(data).toBeNull()
    expect(errors).toHaveLength(1)
  })

  it('hides no fault of another place', async () => {
    const broken: Trouble = {
      ...HIDING,
      field: (_, row, field) => (row.__typename === 'Ticket' && field === 'n' ? { value: null } : undefined),
    }
    const { errors } = await ask(engine, '{ ticket { n post { title } } tickets { post { title } } }', broken)
    expect(errors?.map(({ path }) => path?.join('.'))).toEqual(['ticket.n'])
  })

  it('is an error where its owner gives it and not what it promises', async () => {
    const broken: Trouble = { field: (_, __, field) => (field === 'title' ? { value: null } : undefined) }
    const { data, errors } = await ask(engine, '{ ticket { post { id title } } }', broken)
    expect(data).toEqual({ ticket: { post: null } })
    expect(errors).toHaveLength(1)
  })
})

it('told of a hidden entity whose field was asked for under the name of its type', async () => {
  expect(await ask('compiled', '{ ticket { n post { __typename: title } } }', HIDING)).toEqual({
    data: { ticket: { n: 1, post: null } },
  })
})
