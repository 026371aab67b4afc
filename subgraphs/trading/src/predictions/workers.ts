import type { Db, Tx } from '@planet/runtime/database'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { findInstruments } from '../market/db/instrument.ts'
import { signalIntervalOf } from '../market/domain/instrument.ts'
import { hasDuePrediction, lockDuePredictions, type PredictionRow, readEvidence, setDue } from './db/prediction.ts'
import { judgeQuestion } from './domain/prediction.ts'
import { emitPredictionSettled } from './events.ts'

/** Predictions judged in one transaction. */
const BATCH = 100

/** Judges locked predictions as the clock goes on. Any number of replicas may run. */
export const createPredictionWorker = (db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'predictions', clock, log, step: (now) => judgeDuePredictions(db, now) })

/** True if anything was judged or put off: there may be more. */
async function judgeDuePredictions(db: Db, now: Date): Promise<boolean> {
  if (!(await hasDuePrediction(db, now))) return false
  return db.transaction(async (tx) => {
    const due = await lockDuePredictions(tx, now, BATCH)
    for (const prediction of due) await judgePrediction(tx, prediction, now)
    return due.length > 0
  })
}

async function judgePrediction(tx: Tx, prediction: PredictionRow, now: Date): Promise<void> {
  const [instrument = null] = await findInstruments(tx, [prediction.instrumentId])
  const interval = signalIntervalOf(instrument)
  const verdict = judgeQuestion(prediction, await readEvidence(tx, prediction, interval, now), interval, now)
  await setDue(tx, prediction.id, verdict.kind === 'Pending' ? verdict.dueAt : null)
  if (verdict.kind !== 'Pending') await emitPredictionSettled(tx, prediction.id, verdict)
}
