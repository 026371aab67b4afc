import { newViewer } from '@planet/runtime/testing/subgraph'
import { drizzle } from 'drizzle-orm/postgres-js'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createContext } from '../src/context.ts'
import { analyst, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
const posts: string[] = []
const trades: string[] = []

beforeAll(async () => {
  scenario = await startScenario()
  const [author, reader] = [newViewer(), newViewer()]
  for (let i = 0; i < 3; i++) posts.push(await scenario.post(author))
  for (const postId of posts) await scenario.touch(reader, postId)
  for (let i = 0; i < 2; i++) trades.push(await scenario.trade(reader))
})
afterAll(() => scenario.test[Symbol.asyncDispose]())

async function statementsOf(query: string, type: 'Post' | 'Trade', ids: readonly string[]) {
  const statements: string[] = []
  const db = drizzle(scenario.test.databaseUrl, { logger: { logQuery: (statement) => void statements.push(statement) } })
  const result = await execute({
    schema: scenario.test.subgraph.schema,
    document: parse(`query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} ${query} } }`),
    variableValues: { of: ids.map((id) => ({ __typename: type, id })) },
    contextValue: createContext(db, scenario.test.clock.now, analyst),
  })
  await db.$client.end()
  expect(result.errors).toBeUndefined()
  // Entities are untyped to GraphQL's own types.
  return { count: statements.length, entities: (result.data?._entities ?? []) as Record<string, { edges: unknown[] }>[] }
}

it('loads the linked trades of many posts, with counts, fees and what their trades agree with, in one statement', async () => {
  const query = `{ linkedTrades(first: 10) { totalCount feesPaid { amount currency } edges { rule node { id agreesWithSignal } } pageInfo { endCursor } } }`
  const { count, entities } = await statementsOf(query, 'Post', posts)
  expect(entities.map(({ linkedTrades }) => linkedTrades?.edges.length)).toEqual([2, 2, 2])
  expect(count).toBe(1)
})

it('loads many trades in one statement and their posts in another', async () => {
  const { count, entities } = await statementsOf(
    '{ agreesWithSignal sourcePosts(first: 2) { edges { rule node { id } } } }',
    'Trade',
    trades,
  )
  expect(entities.map(({ sourcePosts }) => sourcePosts?.edges.length)).toEqual([2, 2])
  expect(count).toBe(2)
})
