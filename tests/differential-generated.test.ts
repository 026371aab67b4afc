import { MISTAKES, startBroken, startFaulty } from '@planet/gateway/test/differential/broken-engine'
import { KIND_FAULTS } from '@planet/gateway/test/differential/broken-kinds'
import { CONTESTANTS, startEngine } from '@planet/gateway/test/differential/contestants'
import { runSeed } from '@planet/gateway/test/differential/generated-run'
import { KINDS } from '@planet/gateway/test/differential/kinds'
import { runBatches } from '@planet/gateway/test/differential/long-run'
import { type RunReport, runSeeds } from '@planet/gateway/test/differential/run-report'
import { describe, expect, it } from 'vitest'

const isLong = process.env.PLANET_TEST_LONG === '1'
const OPERATIONS = Number(process.env.PLANET_DIFFERENTIAL_OPERATIONS ?? (isLong ? 200_000 : 2_000))
/**
 * Share of operations with an excuse. All are the reference's faults where something fails: it does not know what is
 * required under the names that the engine gives for planning, and takes no union for what it is.
 */
const MOST_EXCUSED = 0.04
/** Operations of each kind, of which each is asked three times. */
const LEAST_OF_A_KIND = 5
/** `SEED` or `SEED:OPERATION` of a failure, to run nothing else. */
const ONLY = process.env.PLANET_DIFFERENTIAL
/** Where a long run starts, to find other cases than the last. */
const FIRST_SEED = Number(process.env.PLANET_DIFFERENTIAL_SEED ?? 1)

/** For people who wait. */
function tell({ operations, graphs, failures }: RunReport) {
  console.info(`${operations} operations on ${graphs} graphs, ${failures} differences`)
}

describe('the engine on generated graphs and operations', () => {
  it.skipIf(ONLY !== undefined)(
    `answers ${OPERATIONS} operations as the whole graph would, and under faults as its own plan says`,
    { timeout: isLong ? 6 * 3_600_000 : 1_200_000 },
    async () => {
      const report = isLong ? await runBatches(FIRST_SEED, OPERATIONS, tell) : await runSeeds(FIRST_SEED, OPERATIONS, CONTESTANTS)
      expect(report.shown.map(({ text }) => text).join('\n\n')).toBe('')
      expect(report.operations).toBeGreaterThanOrEqual(OPERATIONS)
      const rare = KINDS.filter((kind) => (report.kinds.get(kind) ?? 0) < LEAST_OF_A_KIND)
      expect(rare, 'kinds that hardly occur').toEqual([])
      const excuses = [...report.excuses].map(([excuse, count]) => `${excuse} ${count}`)
      const excused = [...report.excuses.values()].reduce((sum, count) => sum + count, 0)
      expect(excused, [excuses.join(', '), ...report.excused].join('\n\n')).toBeLessThan(MOST_EXCUSED * OPERATIONS)
    },
  )

  it.runIf(ONLY !== undefined)(`answers ${ONLY} right`, { timeout: 300_000 }, async () => {
    const [seed, only] = (ONLY ?? '').split(':').map(Number)
    const report = await runSeed(seed ?? Number.NaN, { ...CONTESTANTS, only })
    if (!report) throw new Error(`the graph of seed ${seed} does not compose`)
    expect(report.failures.map(({ text }) => text).join('\n\n')).toBe('')
  })
})

describe.skipIf(ONLY !== undefined)('the suite', () => {
  it('is not met by the same engine with a mistake', { timeout: 600_000 }, async () => {
    for (const mistake of MISTAKES) {
      const engine = startBroken(startEngine, mistake)
      const report = await runSeeds(1, 300, { ...CONTESTANTS, engine, operations: 10, isReduced: false }, 1)
      expect(report.failures, `an engine that ${mistake}`).toBeGreaterThan(0)
    }
  })

  it('is met by the engine through the same hands', { timeout: 600_000 }, async () => {
    const engine = startFaulty(startEngine, { operation: (operation) => operation, result: (result) => result })
    const report = await runSeeds(1, 200, { ...CONTESTANTS, engine })
    expect(report.shown.map(({ text }) => text).join('\n\n')).toBe('')
  })

  it.each(KINDS)('is not met by an engine that goes wrong at %s', { timeout: 600_000 }, async (kind) => {
    const fault = KIND_FAULTS[kind]
    if (!fault) throw new Error(`there is no engine that goes wrong at ${kind}`)
    const options = { ...CONTESTANTS, engine: startFaulty(startEngine, fault), kinds: [kind], isReduced: false }
    expect((await runSeeds(1, 60, options, 1)).failures).toBeGreaterThan(0)
  })
})
