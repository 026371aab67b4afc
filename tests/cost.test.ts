import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { examplesFor } from '@planet/platform/examples'
import { getPerson } from '@planet/platform/people'
import { cursorBeforeSignals } from '@planet/platform/sandbox/recent-signals'
import { CALLER_LIMITS, DOCUMENT_LIMITS, OPEN_LIMITS } from '@planet/runtime/caller-limits'
import type { ExecutionResult } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FLAGSHIP } from './support/flagship.ts'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'

const textOf = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

let test: TestPlatform
beforeAll(async () => {
  test = await startTestPlatform(10)
}, 120_000)
afterAll(() => test[Symbol.asyncDispose]())

/** What a person gets first; null is nobody. */
async function firstOf(person: string | null, query: string, variables: Record<string, unknown> = {}): Promise<ExecutionResult> {
  const stop = new AbortController()
  const { userId, roles } = person === null ? { userId: null, roles: [] } : getPerson(person)
  const viewer = userId && { userId, roles }
  const given = await test.platform.gateway.subscribe({ query, variables }, { viewer, abort: stop })
  if (!(Symbol.asyncIterator in given)) return given
  const { value } = await given.next()
  stop.abort()
  // The stream has an event at once, or says why it has none.
  return value as ExecutionResult
}

it('lets every example of GraphiQL pass for the person it is meant for', async () => {
  const { postId, sessionId } = test.state.featured
  const signalsAfter = await cursorBeforeSignals(test.platform.events, 10)
  for (const { name, query, asNamed = null } of examplesFor({ postId, sessionId, signalsAfter })) {
    // Nothing is said in the chat of a session that is over.
    if (query.includes('bulletChat')) continue
    const { data, errors } = await firstOf(asNamed, query)
    expect([name, errors, data === null]).toEqual([name, undefined, false])
  }
})

it('lets the example of a chat pass, which has no event to wait for', async () => {
  const { sessionId, postId } = test.state.featured
  const query = examplesFor({ postId, sessionId, signalsAfter: '' }).find((each) => each.query.includes('bulletChat'))?.query
  const { errors } = await firstOf(null, query ?? '', { after: 'no cursor' })
  expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID')
})

it('lets the flagship operation pass for everybody', async () => {
  for (const person of [null, 'ada', 'nora']) {
    const { data, errors } = await firstOf(person, FLAGSHIP, { id: test.state.featured.postId })
    expect([errors, data?.post]).toEqual([undefined, expect.anything()])
  }
})

it('lets what the README asks pass', async () => {
  const requests = [...textOf('README.md').matchAll(/-d '(\{"query":.*\})'/g)].map(([, body]) => JSON.parse(body ?? ''))
  expect(requests).toHaveLength(2)
  const after = await cursorBeforeSignals(test.platform.events, 1)
  const [query, subscription] = requests.map(({ query }: { query: string }) => query)
  expect((await firstOf('nora', query ?? '')).errors).toBeUndefined()
  const resumed = subscription?.replace('signalPublished', `signalPublished(after: ${JSON.stringify(after)})`)
  expect((await firstOf(null, resumed ?? '')).errors).toBeUndefined()
})

it("lets the partner's app pass", async () => {
  const [, query = ''] = /const QUERY = `([^`]*)`/.exec(textOf('examples/partner-signals/follow-signals.ts')) ?? []
  const after = await cursorBeforeSignals(test.platform.events, 1)
  expect((await firstOf(null, query, { creatorIds: null, after })).errors).toBeUndefined()
})

it('refuses pages of posts in pages of posts to nobody in particular, before anything is fetched', async () => {
  const post = (inner: string) => `posts(first: 100) { edges { node { title author { handle ${inner} } } } }`
  const hostile = `{ publicFeed(first: 100) { edges { node { author { ${post(post(post('')))} } } } } }`
  const statements = await test.countStatements(async () => {
    const { data, errors } = await test.query(null, hostile)
    expect(data).toBeUndefined()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'COST_EXCEEDED', unit: 'cost', limit: 1_000 })
    expect(errors?.[0]?.extensions?.heaviestFields).toContainEqual({
      path: expect.stringMatching(/author\.posts\.edges\.node\.author\.posts\.edges\.node\.author\.posts\.edges$/),
      coordinate: 'PostConnection.edges',
      cost: 100_000_000,
    })
  })
  // Workers of others may look for something at the same time.
  expect([statements.planet_posts, statements.planet_creators]).toEqual([undefined, undefined])
})

it('tells what each kind of caller may ask for, and of which kind the viewer is', async () => {
  const limit = '{ kind costPerOperation nodesPerOperation costPerMinute }'
  const query = `{ rateLimits { viewer ${limit} all ${limit} depth fields socketsPerUser socketsPerAddress operationsPerSocket } }`
  const { data, errors } = await test.query(null, query)
  expect(errors).toBeUndefined()
  expect(data.rateLimits).toEqual({
    viewer: { kind: 'ANONYMOUS', ...CALLER_LIMITS.anonymous },
    all: [
      { kind: 'ANONYMOUS', ...CALLER_LIMITS.anonymous },
      { kind: 'USER', ...CALLER_LIMITS.user },
      { kind: 'PARTNER', ...CALLER_LIMITS.partner },
      { kind: 'ANALYST', ...CALLER_LIMITS.analyst },
    ],
    ...DOCUMENT_LIMITS,
    ...OPEN_LIMITS,
  })
  const kindOf = async (person: string) =>
    (await test.query(person, '{ rateLimits { viewer { kind } } }')).data.rateLimits.viewer.kind
  expect([await kindOf('ada'), await kindOf('nora'), await kindOf('root')]).toEqual(['USER', 'ANALYST', 'ANALYST'])
})

it('refuses what one user does more often than its rate in a minute, told by rateLimits, at its path', async () => {
  const { data } = await test.query(null, '{ rateLimits { mutations { mutation perMinute } } }')
  const rates = new Map(data.rateLimits.mutations.map((rate: Record<string, unknown>) => [rate.mutation, rate.perMinute]))
  expect(rates.size).toBeGreaterThan(40)
  const limit = rates.get('joinCircle')
  const input = { idempotencyKey: 'often', circleId: 'none' }
  const often = `mutation ($input: JoinCircleInput!) { ${Array.from({ length: 13 }, (_, i) => `a${i}: joinCircle(input: $input) { __typename }`).join(' ')} }`
  const answers = []
  for (let i = 0; i < 10; i++) answers.push(await test.query('ada', often, { input }))
  const [error] = answers.flatMap(({ errors = [] }) => errors)
  expect(error).toMatchObject({ path: ['a3'], extensions: { code: 'RATE_LIMITED', limit } })
  expect(error?.extensions?.retryAfterMs).toBeGreaterThan(0)
  const done = answers.flatMap((answer) => Object.values(answer.data ?? {}).filter((result) => result !== null))
  expect(done.length).toBeLessThanOrEqual(Number(limit))
  expect((await test.query('emil', often, { input })).errors).toBeUndefined()
})

it('says in the documents what holds', () => {
  const operations = textOf('docs/operations.md')
  for (const [kind, { costPerOperation, nodesPerOperation, costPerMinute }] of Object.entries(CALLER_LIMITS)) {
    const figures = [costPerOperation, nodesPerOperation, costPerMinute].map((figure) => figure.toLocaleString('en'))
    expect(operations).toContain(`| ${[kind, ...figures].join(' | ')} |`)
  }
  expect(textOf('docs/errors.md')).toContain('`COST_EXCEEDED`')
})
