import { runLoad } from '../load.ts'
import { type Operation, readOperations } from '../operations.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'
import { type Server, startServer } from '../server.ts'

const CONNECTIONS = 16

type Result = { readonly perSecond: number; readonly cpuMs: number; readonly p50: number; readonly p99: number }

/** A running platform, operation by operation, as ratios to the cheapest one. */
export async function measurePlatform(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  pinSelf(1)
  await using server = await startServer()
  const operations = await readOperations(server.url, server.home)
  const results = new Map<string, Result[]>(operations.map(({ name }) => [name, []]))
  for (let i = 0; i <= options.rounds; i++) {
    for (const operation of operations) {
      const result = await measure(server, operation, i === 0 ? 1 : options.seconds)
      // The first round warms up.
      if (i > 0) results.get(operation.name)?.push(result)
      console.error(`${i} ${operation.name}: ${result.perSecond.toFixed(0)}/s, ${result.cpuMs.toFixed(2)} ms CPU`)
    }
  }
  const of = (name: string, pick: (result: Result) => number) => median((results.get(name) ?? []).map(pick))
  const floor = of(operations[0]?.name ?? '', ({ cpuMs }) => cpuMs)
  writeSection('The platform', [
    `Gateway and all subgraphs in one process on one core, Postgres and load on the other; medians of ${options.rounds} interleaved rounds of ${options.seconds} s, ${CONNECTIONS} connections. CPU without Postgres; the ratio is to the first row.`,
    '',
    ...table(
      ['operation', 'requests/s', 'CPU ms/request', '× floor', 'p50 ms', 'p99 ms'],
      operations.map(({ name }) => [
        name,
        round(of(name, (r) => r.perSecond)),
        round(of(name, (r) => r.cpuMs)),
        round(of(name, (r) => r.cpuMs) / floor),
        round(of(name, (r) => r.p50)),
        round(of(name, (r) => r.p99)),
      ]),
    ),
  ])
}

/** One round of one operation. Throws if any answer is an error, because errors are cheap. */
async function measure(server: Server, operation: Operation, seconds: number): Promise<Result> {
  const before = server.process.ownCpuMs()
  const {
    requests,
    seconds: took,
    p50,
    p99,
  } = await runLoad({
    url: `${server.url}/graphql`,
    connections: CONNECTIONS,
    seconds,
    from: 0,
    request: () => ({ body: operation.body(), authorization: operation.authorization }),
    isRight: (body) => !body.includes('"errors"') && !body.includes('"code"'),
  })
  return { perSecond: requests / took, cpuMs: (server.process.ownCpuMs() - before) / requests, p50, p99 }
}
