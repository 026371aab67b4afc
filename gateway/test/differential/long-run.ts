import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { addReport, type Batch, emptyReport, type RunReport, SHOWN } from './run-report.ts'

/** Of one thread, which ends afterwards: so the memory of a run does not grow with its length. */
const OPERATIONS_PER_BATCH = 2_000
/** Apart enough for the graphs of one batch. */
const SEEDS_PER_BATCH = 200
const MAX_HEAP_MB = 2_048

/** Runs so many operations on all cores, until there are failures to work on. `onBatch` hears of what has been done so far. */
export async function runBatches(first: number, operations: number, onBatch: (report: RunReport) => void): Promise<RunReport> {
  const report = emptyReport()
  const batches = Math.ceil(operations / OPERATIONS_PER_BATCH)
  let next = 0
  const work = async () => {
    while (next < batches && report.failures < SHOWN) {
      const size = Math.min(OPERATIONS_PER_BATCH, operations - next * OPERATIONS_PER_BATCH)
      addReport(report, await runInThread({ first: first + next++ * SEEDS_PER_BATCH, operations: size }))
      onBatch(report)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return report
}

function runInThread(batch: Batch): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./batch-worker.ts', import.meta.url), {
      workerData: batch,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('a thread ended without a report')))
  })
}
