import fc from 'fast-check'
import { print, visit } from 'graphql'
import { expect, it } from 'vitest'
import { createChoice } from '../../../test/differential/choice.ts'
import { makeOperation } from '../../../test/differential/make-operation.ts'
import { admitted, costGraph } from '../../../test/testing/cost-graph.ts'
import { makeAnswer, naiveEstimate } from '../../../test/testing/naive-cost.ts'
import type { Operation } from '../admission.ts'
import { countAnswer } from './measure.ts'
import { compileCost } from './program.ts'
import { valueOf } from './terms.ts'

const RUNS = 500

/** An operation that is valid. */
function operationOf(seed: number): Operation | null {
  try {
    const { variables, ...made } = makeOperation(createChoice(seed), costGraph.schema, ['a', 'b'])
    return admitted({ ...made, variables: variables[0] })
  } catch {
    return null
  }
}

/** Seeds of operations that are valid. */
const seeds = fc.integer().filter((seed) => operationOf(seed) !== null)

function getOperation(seed: number): Operation {
  const operation = operationOf(seed)
  if (!operation) throw new Error('the seed is of a valid operation')
  return operation
}

/** Where several types may stand, what one name selects in any of them counts for all. */
const isCertain = ({ query }: Operation) => !/\b(one|any)\b/.test(query)

/** What one name stands for in any of several types is counted as the dearest of it. */
function hasOneFieldPerName({ document }: Operation): boolean {
  const fields = new Map<string, Set<string>>()
  visit(document, {
    Field({ alias, name, arguments: given = [] }) {
      const asked = (alias ?? name).value
      fields.set(asked, (fields.get(asked) ?? new Set()).add([name.value, ...given.map(print)].join()))
    },
  })
  return [...fields.values()].every(({ size }) => size === 1)
}

const estimateOf = ({ document, definition, coercedVariables }: Operation) =>
  valueOf(compileCost(document, definition, costGraph).cost, coercedVariables)

it('estimates what going through every type by itself comes to, and never less', () => {
  let certain = 0
  fc.assert(
    fc.property(seeds, (seed) => {
      const operation = getOperation(seed)
      const naive = naiveEstimate(operation)
      expect(estimateOf(operation)).toBeGreaterThanOrEqual(naive)
      if (!isCertain(operation)) return
      certain++
      expect(estimateOf(operation)).toBe(naive)
    }),
    { numRuns: RUNS },
  )
  expect(certain).toBeGreaterThan(RUNS / 4)
})

it('counts in the text of an answer what was put into it, which is never more than was estimated', async () => {
  let bounded = 0
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const operation = getOperation(seed)
      const { document, definition, coercedVariables } = operation
      const { data, cost } = await makeAnswer(operation, createChoice(seed + 1))
      const { measures } = compileCost(document, definition, costGraph)
      const counted = await countAnswer(measures, [JSON.stringify(data)], coercedVariables)
      expect(counted).toBeGreaterThanOrEqual(cost)
      if (isCertain(operation)) expect(counted).toBe(cost)
      if (!isCertain(operation) && !hasOneFieldPerName(operation)) return
      bounded++
      expect(counted).toBeLessThanOrEqual(estimateOf(operation))
    }),
    { numRuns: RUNS },
  )
  expect(bounded).toBeGreaterThan(RUNS / 2)
})
