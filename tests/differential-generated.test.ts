import { MISTAKES, startBroken } from '@planet/gateway/differential/broken-engine'
import { runSeed, type SeedReport } from '@planet/gateway/differential/generated-run'
import type { StartEngine } from '@planet/gateway/differential/memory-graph'
import { createApolloEngine } from '@planet/gateway/engine/apollo-engine'
import { createCompiledEngine } from '@planet/gateway/engine/compiled-engine'
import { describe, expect, it } from 'vitest'

const isLong = process.env.PLANET_TEST_LONG === '1'
const OPERATIONS = isLong ? 200_000 : 2_000
const OPERATIONS_PER_GRAPH = 40
/** Shown at most; one is enough to work on. */
const SHOWN_FAILURES = 5
/** Share of operations with an excuse, which mostly are the reference's faults, and the planner's in chains of @requires. */
const MOST_EXCUSED = 0.02
/** `SEED` or `SEED:OPERATION` of a failure, to run nothing else. */
const ONLY = process.env.PLANET_DIFFERENTIAL
/** Where a long run starts, to find other cases than the last. */
const FIRST_SEED = Number(process.env.PLANET_DIFFERENTIAL_SEED ?? 1)

/** Answers of these sizes are not in pieces otherwise. */
const PIECE_LENGTH = 64
const startEngine: StartEngine = (options) =>
  createCompiledEngine({ ...options, planning: options.planner ?? 'inline', pieceLength: PIECE_LENGTH })
const engines = { engine: startEngine, reference: createApolloEngine, operations: OPERATIONS_PER_GRAPH }

async function runUntil(operations: number, first: number, options: Parameters<typeof runSeed>[1]): Promise<SeedReport[]> {
  const reports: SeedReport[] = []
  for (let seed = first, done = 0; done < operations; seed++) {
    const report = await runSeed(seed, options)
    if (!report) continue
    reports.push(report)
    done += report.operations
    if (reports.flatMap(({ failures }) => failures).length >= SHOWN_FAILURES) break
  }
  return reports
}

describe('the engine on generated graphs and operations', () => {
  it.skipIf(ONLY !== undefined)(
    `answers ${OPERATIONS} operations as the whole graph would, and under faults as its own plan says`,
    { timeout: isLong ? 6 * 3_600_000 : 1_200_000 },
    async () => {
      const reports = await runUntil(OPERATIONS, FIRST_SEED, engines)
      const failures = reports.flatMap((report) => report.failures)
      expect(failures.slice(0, SHOWN_FAILURES).join('\n\n')).toBe('')
      const excused = reports.flatMap((report) => report.excused)
      const counts = Object.entries(Object.groupBy(excused, ({ excuse }) => excuse)).map(
        ([excuse, all]) => `${excuse} ${all.length}`,
      )
      const shown = excused.slice(0, SHOWN_FAILURES).map(({ text }) => text)
      expect(excused.length, [counts.join(', '), ...shown].join('\n\n')).toBeLessThan(MOST_EXCUSED * OPERATIONS)
    },
  )

  it.skipIf(ONLY !== undefined)(
    'keeps what other fetches give of an entity that a required field takes with it',
    { timeout: 300_000 },
    async () => {
      expect((await runSeed(803_084, { ...engines, only: 20 }))?.failures).toEqual([])
    },
  )

  it.runIf(ONLY !== undefined)(`answers ${ONLY} right`, { timeout: 300_000 }, async () => {
    const [seed, only] = (ONLY ?? '').split(':').map(Number)
    const report = await runSeed(seed ?? Number.NaN, { ...engines, only })
    if (!report) throw new Error(`the graph of seed ${seed} does not compose`)
    expect(report.failures.join('\n\n')).toBe('')
  })
})

describe.skipIf(ONLY !== undefined)('the suite', () => {
  it('is not met by the same engine with a mistake', { timeout: 600_000 }, async () => {
    for (const mistake of MISTAKES) {
      const reports = await runUntil(300, 1, { ...engines, engine: startBroken(startEngine, mistake), operations: 10 })
      const failures = reports.flatMap((report) => report.failures)
      expect(failures.length, `an engine that ${mistake}`).toBeGreaterThan(0)
    }
  })
})
