import { parentPort, workerData } from 'node:worker_threads'
import { CONTESTANTS } from './contestants.ts'
import { type Batch, runSeeds } from './run-report.ts'

// Given by `runBatches`.
const { first, operations } = workerData as Batch
parentPort?.postMessage(await runSeeds(first, operations, CONTESTANTS))
