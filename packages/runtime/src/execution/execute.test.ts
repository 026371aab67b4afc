import { readdirSync } from 'node:fs'
import { buildSubgraphSchema } from '@apollo/subgraph'
import fc from 'fast-check'
import { type ExecutionResult, execute, type GraphQLSchema, isUnionType, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { scalarResolvers } from '../scalars.ts'
import { randomQuery } from '../testing/random-query.ts'
import { chance, type Fault, randomiseResolvers, type World } from '../testing/random-resolvers.ts'
import { readTypeDefs } from '../type-defs.ts'
import { executeOperation } from './execute.ts'
import { planOperation } from './plan.ts'

const SUBGRAPHS = new URL('../../../../subgraphs/', import.meta.url)
const UNBOUNDED = { maxCharacters: Number.POSITIVE_INFINITY, abandonment: { aborted: false }, onWeighed: () => {} }
/** Per schema and way of failing; many more are run by hand. */
const RUNS = process.env.PLANET_TEST_LONG === '1' ? 1_000 : 60
const LIMIT_MS = 600_000
const FAULTS: readonly Fault[] = ['null', 'throws', 'rejects', 'is an error', 'is something else']

const schemas = readdirSync(SUBGRAPHS).map((name): [string, GraphQLSchema] => {
  const schema = buildSubgraphSchema({
    typeDefs: parse(readTypeDefs(new URL(`${name}/`, SUBGRAPHS))),
    resolvers: { ...scalarResolvers } as NonNullable<unknown>,
  })
  randomiseResolvers(schema)
  return [name, schema]
})

const world = (seed: number, isAsync: boolean, faultAt: World['faultAt'] = () => null): World => ({
  seed,
  isAsync,
  faultAt,
  seen: new Set(),
})

function variablesOf(schema: GraphQLSchema, seed: number) {
  const union = schema.getType('_Entity')
  const types = isUnionType(union) ? union.getTypes() : []
  const representations = types.flatMap(({ name }, i) =>
    chance(seed, name) < 0.7
      ? [
          { __typename: name, id: `${i}` },
          { __typename: name, id: 'other' },
        ]
      : [],
  )
  return { yes: true, no: false, representations }
}

/** What both answer, without what only they themselves can tell apart. */
const plain = ({ data, errors }: ExecutionResult) => ({
  // As text, because the order of names is part of the answer.
  data: JSON.stringify(data, null, 1),
  errors: errors?.map(({ message, path, locations }) => ({ message: withoutInspection(message), path, locations })),
})

/** graphql-js prints the value that a type could not take, ours does not. */
const withoutInspection = (message: string) => message.replace(/^(Abstract type "\w+" must resolve to an Object type).*/s, '$1')

async function both(schema: GraphQLSchema, query: string, seed: number, make: () => World) {
  const document = parse(query)
  expect(validate(schema, document)).toEqual([])
  const variableValues = variablesOf(schema, seed)
  const plan = planOperation(schema, document, undefined)
  if (!plan) throw new Error('the query was not planned')
  const context = make()
  const theirs = await execute({ schema, document, contextValue: context, variableValues })
  // Twice: what is collected at first is used again.
  await executeOperation(plan, make(), variableValues, UNBOUNDED)
  const ours = await executeOperation(plan, make(), variableValues, UNBOUNDED)
  return { ours: plain(ours), theirs: plain(theirs), seen: [...context.seen] }
}

const inOrder = (errors: ReturnType<typeof plain>['errors']) => errors?.map((error) => JSON.stringify(error)).sort()

const random = (seed: number) => {
  let n = 0
  return () => chance(seed, `${n++}`)
}

describe.each(schemas)('a query of %s is answered as graphql-js answers it', (_name, schema) => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 })

  it(
    'when nothing fails',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, fc.boolean(), async (seed, isAsync) => {
          const { ours, theirs } = await both(schema, randomQuery(schema, random(seed)), seed, () => world(seed, isAsync))
          expect(ours).toEqual(theirs)
        }),
        { numRuns: RUNS },
      ),
    LIMIT_MS,
  )

  it(
    'when one value fails, whatever the way',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, fc.boolean(), fc.constantFrom(...FAULTS), async (seed, isAsync, fault) => {
          const query = randomQuery(schema, random(seed))
          const { seen } = await both(schema, query, seed, () => world(seed, isAsync))
          const broken = seen[seed % Math.max(1, seen.length)]
          const { ours, theirs } = await both(schema, query, seed, () =>
            world(seed, isAsync, (key) => (key === broken ? fault : null)),
          )
          // One value may be asked for under many names, and fail under each.
          expect({ ...ours, errors: inOrder(ours.errors) }).toEqual({ ...theirs, errors: inOrder(theirs.errors) })
        }),
        { numRuns: RUNS },
      ),
    LIMIT_MS,
  )

  it(
    'when many values fail at once',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const faultAt = (key: string): Fault =>
            chance(seed, `fault ${key}`) < 0.05 ? (FAULTS.filter((each) => each !== 'rejects')[key.length % 4] ?? null) : null
          const { ours, theirs } = await both(schema, randomQuery(schema, random(seed)), seed, () => world(seed, false, faultAt))
          // Entities are there at once, which the subgraph library makes wait: their errors come earlier.
          expect({ ...ours, errors: inOrder(ours.errors) }).toEqual({ ...theirs, errors: inOrder(theirs.errors) })
        }),
        { numRuns: RUNS },
      ),
    LIMIT_MS,
  )
})
