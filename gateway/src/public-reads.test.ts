import { newId } from '@planet/runtime/ids'
import type { Viewer } from '@planet/runtime/viewer'
import { buildSchema } from 'graphql'
import { expect, it } from 'vitest'
import { Abandonment } from './abandonment.ts'
import { createAdmission, type Operation } from './admission/admission.ts'
import { type Answer, refusedWith } from './answer.ts'
import type { Caller } from './operations.ts'
import { sharePublicReads } from './public-reads.ts'

const admit = createAdmission(buildSchema('type Query { x(id: ID): Int } type Mutation { x: Int }'), { introspection: true })
const operationOf = (query: string, variables: Record<string, unknown> = {}): Operation => {
  const admission = admit({ query, variables })
  if (!admission.ok) throw admission.errors[0]
  return admission.operation
}
const read = (id = '1') => operationOf('query ($id: ID) { x(id: $id) }', { id })
const someone: Viewer = { userId: newId(new Date(0)), roles: ['user'] }
const anonymous = (abort?: Caller['abort']): Caller => ({ viewer: null, ...(abort ? { abort } : {}) })

/** Runs that answer when they are told to. */
function createRuns() {
  const runs: { caller: Caller; answer: (data: string) => void }[] = []
  const answer = sharePublicReads((_operation, caller) => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    runs.push({ caller, answer: (data) => resolve({ dataTexts: [data], errors: [] }) })
    return promise
  })
  return { runs, answer }
}

it('runs a query once for all anonymous clients that ask it while it is under way, and anew afterwards', async () => {
  const { runs, answer } = createRuns()
  const answers = [answer(read(), anonymous()), answer(read(), anonymous())]
  expect(runs).toHaveLength(1)
  runs[0]?.answer('{"x":1}')
  for (const each of answers) expect((await each).dataTexts).toEqual(['{"x":1}'])
  void answer(read(), anonymous())
  expect(runs).toHaveLength(2)
})

it('runs what is not alike, changes something or is asked by somebody for each alone', () => {
  const { runs, answer } = createRuns()
  const token: Caller = { viewer: null, authorization: 'Bearer one' }
  void answer(read(), anonymous())
  void answer(read('2'), anonymous())
  void answer(operationOf('query ($id: ID) { y: x(id: $id) }', { id: '1' }), anonymous())
  for (const caller of [{ viewer: someone }, { viewer: someone }, token, token]) void answer(read(), caller)
  for (const caller of [anonymous(), anonymous()]) void answer(operationOf('mutation { x }'), caller)
  expect(runs).toHaveLength(9)
})

it('goes on for the others when the one who asked first has gone', async () => {
  const { runs, answer } = createRuns()
  const [one, two] = [new Abandonment(), new AbortController()]
  void answer(read(), anonymous(one))
  const second = answer(read(), anonymous(two))
  one.abort()
  expect(runs[0]?.caller.abort).toMatchObject({ aborted: false })
  runs[0]?.answer('{"x":1}')
  expect((await second).dataTexts).toEqual(['{"x":1}'])
})

it('stops once all have gone, and whoever asks then is not given what was stopped', () => {
  const { runs, answer } = createRuns()
  const [one, two] = [new Abandonment(), new AbortController()]
  void answer(read(), anonymous(one))
  void answer(read(), anonymous(two))
  one.abort()
  two.abort()
  expect(runs[0]?.caller.abort).toMatchObject({ aborted: true })
  void answer(read(), anonymous())
  expect(runs).toHaveLength(2)
})

it('stops at once for a client that had gone before it asked', () => {
  const { runs, answer } = createRuns()
  const gone = new Abandonment()
  gone.abort()
  void answer(read(), anonymous(gone))
  expect(runs[0]?.caller.abort).toMatchObject({ aborted: true })
})

it('gives a refusal to all who wait for it', async () => {
  const answer = sharePublicReads(async () => refusedWith([]))
  const [first, second] = await Promise.all([answer(read(), anonymous()), answer(read(), anonymous())])
  expect(second).toBe(first)
})
