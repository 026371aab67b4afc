import { buildSchema, execute, GraphQLError, parse } from 'graphql'
import { expect, it } from 'vitest'
import { executeOperation } from './execute.ts'
import { planOperation } from './plan.ts'

const schema = buildSchema(`
  type Query { a: Int }
  type Mutation { first(n: Int!): Step  second(n: Int!): Step!  fails: Step  mustFail: Step! }
  type Subscription { moved: Step }
  type Step { n: Int!  log: [Int!]! }`)

const BOUNDS = { maxCharacters: 100_000, abandonment: { aborted: false }, onWeighed: () => {} }

/** Notes what was begun and what was over, in order. */
function rootThat() {
  const log: string[] = []
  const step = async ({ n }: { n: number }) => {
    log.push(`begins ${n}`)
    await new Promise((resolve) => setImmediate(resolve))
    log.push(`ends ${n}`)
    return { n, log: [n, n] }
  }
  const fail = () => {
    throw new GraphQLError('no')
  }
  return { log, root: { first: step, second: step, fails: fail, mustFail: fail } }
}

it.each([
  'mutation { a: first(n: 1) { n } b: second(n: 2) { log } c: first(n: 3) { n log } }',
  'mutation { a: first(n: 1) { n } fails { n } b: second(n: 2) { n } __typename }',
  'mutation { a: first(n: 1) { n } mustFail { n } b: second(n: 2) { n } }',
])('runs the fields of a mutation one after the other, as graphql-js does: %s', async (query) => {
  const document = parse(query)
  const plan = planOperation(schema, document, undefined)
  if (!plan) throw new Error('the mutation was not planned')
  const [theirs, ours] = [rootThat(), rootThat()]
  const expected = await execute({ schema, document, rootValue: theirs.root })
  const found = await executeOperation(plan, {}, {}, BOUNDS, ours.root)
  expect(JSON.stringify(found)).toBe(
    JSON.stringify({ ...(found.errors ? { errors: expected.errors } : {}), data: expected.data }),
  )
  expect(ours.log).toEqual(theirs.log)
})

it('executes a subscription for one event', async () => {
  const document = parse('subscription { moved { n log __typename } }')
  const plan = planOperation(schema, document, undefined)
  if (!plan) throw new Error('the subscription was not planned')
  const rootValue = { moved: { n: 3, log: [1, 2] } }
  expect(await executeOperation(plan, {}, {}, BOUNDS, rootValue)).toEqual(await execute({ schema, document, rootValue }))
})
