import { silentLog } from '@planet/runtime/log'
import { afterEach, describe, expect, it } from 'vitest'
import { choiceOperation, choiceSupergraph } from '../../../test/testing/choice-graph.ts'
import { createAdmission } from '../../admission/admission.ts'
import { createCompiledEngine } from '../compiled-engine.ts'
import type { Planner } from './planner.ts'
import { PLANNING_LIMITS, startThreadPlanner } from './thread-planner.ts'

const GRAPH = { count: 8, links: 4 }
const supergraphSdl = choiceSupergraph(GRAPH.count, GRAPH.links)
const request = (document: string) => ({ document, operationName: undefined })
/** Some 6,000 fields, which no admission lets pass: planning them takes seconds. */
const LONG = request(choiceOperation(GRAPH, 10, 2))
const SMALL = request('{ root { own0 own1 } }')
const TOO_MUCH = { message: 'The operation cannot be planned. Ask for less at once.', extensions: { code: 'BAD_USER_INPUT' } }

const opened: Planner[] = []
const start = async (limits: Partial<typeof PLANNING_LIMITS> = {}) => {
  const planner = await startThreadPlanner(supergraphSdl, silentLog, { ...PLANNING_LIMITS, ...limits })
  opened.push(planner)
  return planner
}
afterEach(async () => {
  for (const planner of opened.splice(0)) await planner.close()
})

describe('the planner’s thread', () => {
  it('plans', async () => {
    const planner = await start()
    expect((await planner.plan(SMALL)).node?.kind).toBe('Parallel')
    expect(await planner.explain(SMALL)).toContain('QueryPlan')
  })

  it('refuses what it cannot plan in time, and plans the next', async () => {
    const planner = await start({ cpuMs: 200 })
    await expect(planner.plan(LONG)).rejects.toMatchObject(TOO_MUCH)
    expect((await planner.plan(SMALL)).node?.kind).toBe('Parallel')
  })

  it('lets no more text wait than it may keep, so that large operations do not fill the memory', async () => {
    const planner = await start({ waitingCharacters: 3 * SMALL.document.length })
    const planned = [SMALL, SMALL, SMALL].map((each) => planner.plan(each))
    const results = await Promise.allSettled([...planned, planner.plan(LONG)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    expect(results[3]).toMatchObject({ reason: { extensions: { code: 'UNAVAILABLE' } } })
  })

  it('plans what is short first', async () => {
    const planner = await start()
    const order: string[] = []
    const plan = (name: string, document: string) => planner.plan(request(document)).then(() => order.push(name))
    await Promise.all([
      plan('first', '{ root { id } }'),
      plan('long', choiceOperation(GRAPH, 4, 2)),
      plan('short', '{ root { own1 } }'),
    ])
    expect(order).toEqual(['first', 'short', 'long'])
  })

  it('lets only so many wait', async () => {
    const planner = await start({ waiting: 2 })
    const settled = await Promise.allSettled(Array.from({ length: 10 }, () => planner.plan(SMALL)))
    const refusals = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.length).toBeLessThan(10)
    for (const refusal of refusals) expect(refusal).toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  })

  it('says what the planner says of what it cannot plan', async () => {
    const planner = await start()
    await expect(planner.plan(request('{ nothing }'))).rejects.toThrow('nothing')
  })

  it('does not begin for what is no supergraph', async () => {
    await expect(startThreadPlanner('type Query { a: Int }', silentLog)).rejects.toThrow()
  })
})

it('answers or refuses the widest choice that is admitted, and serves others meanwhile', async () => {
  const calls = { fetch: async () => ({ data: { root: null } }), subscribe: () => Promise.reject(new Error('not here')) }
  const engine = await createCompiledEngine({ supergraphSdl, calls, log: silentLog })
  const admit = createAdmission(engine.schema, { introspection: true })
  const run = async (query: string) => {
    const admission = admit({ query })
    if (!admission.ok) throw admission.errors[0]
    return engine.execute(admission.operation, { viewer: null, requestId: 'test', signal: new AbortController().signal })
  }
  const hostile = [choiceOperation(GRAPH, 7, 2), choiceOperation(GRAPH, 4, 3), choiceOperation(GRAPH, 17, 1)]
  expect(await run(SMALL.document)).toEqual({ data: { root: null } })
  const answers = hostile.map((query) => run(query).catch((error: unknown) => ({ errors: [error] })))
  // Was planned before, so it needs no planner.
  expect(await run(SMALL.document)).toEqual({ data: { root: null } })
  for (const answer of await Promise.all(answers)) {
    if ('errors' in answer) expect(answer.errors).toMatchObject([TOO_MUCH])
    else expect(answer).toEqual({ data: { root: null } })
  }
  await engine.close()
})
