import { type Failure, runSeed, type SeedReport } from './generated-run.ts'
import type { Excuse } from './verdict.ts'

/** Enough to work on. */
export const SHOWN = 5

/** What runs over many seeds came to; of texts only the first few, since a run may be long. */
export type RunReport = {
  operations: number
  graphs: number
  failures: number
  readonly shown: Failure[]
  readonly kinds: Map<string, number>
  readonly excuses: Map<Excuse, number>
  readonly excused: string[]
}

export const emptyReport = (): RunReport => ({
  operations: 0,
  graphs: 0,
  failures: 0,
  shown: [],
  kinds: new Map(),
  excuses: new Map(),
  excused: [],
})

/** Puts what `other` tells on top of `report`. */
export function addReport(report: RunReport, other: RunReport): void {
  report.operations += other.operations
  report.graphs += other.graphs
  report.failures += other.failures
  report.shown.push(...other.shown.slice(0, SHOWN - report.shown.length))
  report.excused.push(...other.excused.slice(0, SHOWN - report.excused.length))
  for (const [kind, count] of other.kinds) report.kinds.set(kind, (report.kinds.get(kind) ?? 0) + count)
  for (const [excuse, count] of other.excuses) report.excuses.set(excuse, (report.excuses.get(excuse) ?? 0) + count)
}

/** Runs graphs from the seed `first` on, one after the other, until there are so many operations, or failures to show. */
export async function runSeeds(
  first: number,
  operations: number,
  options: Parameters<typeof runSeed>[1],
  mostFailures = SHOWN,
): Promise<RunReport> {
  const report = emptyReport()
  for (let seed = first; report.operations < operations && report.failures < mostFailures; seed++) {
    const one = await runSeed(seed, options)
    if (one) addReport(report, reportOf(one))
  }
  return report
}

function reportOf({ operations, failures, excused, kinds }: SeedReport): RunReport {
  const excuses = new Map<Excuse, number>()
  for (const { excuse } of excused) excuses.set(excuse, (excuses.get(excuse) ?? 0) + 1)
  return {
    operations,
    graphs: 1,
    failures: failures.length,
    shown: [...failures],
    kinds: new Map(kinds),
    excuses,
    excused: excused.map(({ text }) => text),
  }
}

/** What a batch of a long run is. */
export type Batch = { readonly first: number; readonly operations: number }
