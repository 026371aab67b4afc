/**
 * Measures a running platform: `npm run bench [-- --rounds N --seconds S]`. The server has one core to itself where
 * `taskset` is there, the load comes from another; operations are interleaved and each is shown as the median of its
 * rounds and as a ratio to the cheapest operation of the same run. Absolute figures of a shared machine prove nothing.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measure, type Result } from './measure.ts'
import { readOperations } from './operations.ts'
import { startServer } from './server.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}

const home = mkdtempSync(join(tmpdir(), 'planet-bench-'))
try {
  await using server = await startServer(home)
  const operations = await readOperations(server.url, home)
  const results = new Map<string, Result[]>(operations.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const operation of operations) {
      const result = await measure(server, operation, round === 0 ? 1 : seconds)
      // The first round warms up.
      if (round > 0) results.get(operation.name)?.push(result)
      console.error(
        `round ${round} ${operation.name}: ${result.requestsPerSecond.toFixed(0)}/s, ${result.cpuMs.toFixed(2)} ms CPU`,
      )
    }
  }
  const floor = median(results.get(operations[0]?.name ?? '')?.map(({ cpuMs }) => cpuMs) ?? [])
  const row = ([name, each]: [string, Result[]]) => {
    const of = (pick: (result: Result) => number) => median(each.map(pick))
    return `| ${name} | ${of((r) => r.requestsPerSecond).toFixed(0)} | ${of((r) => r.cpuMs).toFixed(2)} | ${(of((r) => r.cpuMs) / floor).toFixed(1)} | ${of((r) => r.p50).toFixed(0)} | ${of((r) => r.p99).toFixed(0)} |`
  }
  const text = [
    '# Results of `npm run bench`',
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), medians of ${rounds} interleaved rounds of ${seconds} s, 16 connections. CPU is that of the one process that is gateway and all subgraphs, without Postgres; the ratio is CPU per request to that of the first row.`,
    '',
    '| operation | requests/s | CPU ms/request | × floor | p50 ms | p99 ms |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...results].map(row),
    '',
  ].join('\n')
  console.log(text)
  writeFileSync(new URL('../RESULTS.md', import.meta.url), text)
} finally {
  if (existsSync(home)) rmSync(home, { recursive: true, force: true })
}
