import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { expect, it } from 'vitest'
import { stepsOf } from './fetch-steps.ts'

const fetchOf = (reads: readonly string[], writes: string): FetchNode => ({
  kind: 'Fetch',
  serviceName: 'a',
  operationName: undefined,
  operationKind: 'query' as FetchNode['operationKind'],
  operation: `query($representations:[_Any!]!){_entities(representations:$representations){...on Ant{${writes}}}}`,
  requires: [{ kind: 'InlineFragment', typeCondition: 'Ant', selections: reads.map((name) => ({ kind: 'Field', name })) }],
})
const atAnt = (node: FetchNode): PlanNode => ({ kind: 'Flatten', path: ['ant'], node })

it('took the longer the more ways lead from one step to another, without end', () => {
  const root: FetchNode = { ...fetchOf([], ''), operation: '{ant{f0 f1}}' }
  delete root.requires
  const ladder = Array.from({ length: 90 }, (_, at) => atAnt(fetchOf([`f${at}`, `f${at + 1}`], `f${at + 2}`)))
  const steps = stepsOf({ kind: 'Sequence', nodes: [root, ...ladder] }, false)
  expect(steps.map(({ after }) => [...after]).slice(0, 4)).toEqual([[], [0], [0, 1], [0, 1, 2]])
  expect(steps).toHaveLength(91)
})

it('puts a step behind the one beside it that gives what it needs', () => {
  const root: FetchNode = { ...fetchOf([], ''), operation: '{ant{id}}' }
  delete root.requires
  const nodes = [atAnt(fetchOf(['id', 'size'], 'sized')), atAnt(fetchOf(['id'], 'size'))]
  const steps = stepsOf({ kind: 'Sequence', nodes: [root, { kind: 'Parallel', nodes }] }, false)
  expect(steps.map(({ index, after }) => [index, ...after])).toEqual([[0], [1, 0], [2, 0, 1]])
  expect([...(steps[2]?.writes.keys() ?? [])]).toEqual(['ant.sized'])
})
