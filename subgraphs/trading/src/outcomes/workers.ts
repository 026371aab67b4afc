import { isDeepStrictEqual } from 'node:util'
import type { Db } from '@planet/runtime/database'
import type { Consumer } from '@planet/runtime/event-log/consumer'
import { parseCursor } from '@planet/runtime/event-log/cursor'
import { SignalSettled } from '@planet/runtime/events/trading'
import type { Logger } from '@planet/runtime/log'
import type { SubgraphDeps, Worker } from '@planet/runtime/subgraph'
import { createTicker } from '@planet/runtime/ticker'
import { planOf } from '../copies/db/signal.ts'
import {
  type DueOutcome,
  findUnjudgedSignals,
  hasDueOutcome,
  lockDueOutcomes,
  outcomeColumns,
  type SignalOutcomeRow,
  updateOutcomes,
} from './db/signal-outcome.ts'
import { isFinal, nextDue } from './domain/evaluation.ts'
import { type Evaluation, evaluateSignals } from './evaluation.ts'
import { emitSignalSettled } from './events.ts'
import { markDueDays } from './mark-days.ts'
import { openOutcome } from './open-outcome.ts'

/** Outcomes evaluated in one transaction. */
const BATCH = 200
/** How long to leave outcomes alone that a rival is at. */
const RIVAL_MS = 5

/** Judges signals as the clock goes on. Any number of replicas may run. */
export const createOutcomeWorker = (db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker =>
  createTicker({ name: 'outcomes', clock, log, step: (now) => evaluateDueOutcomes(db, now, log) })

/**
 * Once in the life of a process lets the rules as they are now judge what only older ones have, in order of publication: what
 * those said stands beside. Any number of replicas may run.
 */
export function createRejudgingWorker(db: Db, { clock, log }: Pick<SubgraphDeps, 'clock' | 'log'>): Worker {
  let isComplete = false
  const step = async () => {
    if (isComplete) return false
    const signals = await findUnjudgedSignals(db, BATCH)
    for (const signal of signals) await db.transaction((tx) => openOutcome(tx, signal, log))
    isComplete = signals.length === 0
    return !isComplete
  }
  return createTicker({ name: 'rejudging', clock, log, step })
}

/**
 * Marks the days of creators once they are over and their candles are known, in order, also those of a time in which nothing
 * ran: what `consumer` has yet to hear of them is waited for. Any number of replicas may run.
 */
export function createDayMarkWorker(
  db: Db,
  { clock, log, events }: Pick<SubgraphDeps, 'clock' | 'log' | 'events'>,
  consumer: Pick<Consumer, 'progress'>,
): Worker {
  let asked: { readonly at: Date; readonly head: bigint } | null = null
  const isHeard = async (before: Date) => {
    if (!asked || asked.at < before) asked = { at: clock.now(), head: parseCursor(await events.head()).pos }
    const { pos } = consumer.progress()
    return pos !== null && pos >= asked.head
  }
  return createTicker({ name: 'day-marks', clock, log, step: (now) => markDueDays(db, now, isHeard, log) })
}

/** True if anything was due: there may be more. */
async function evaluateDueOutcomes(db: Db, now: Date, log: Logger): Promise<boolean> {
  if (!(await hasDueOutcome(db, now))) return false
  const count = await db.transaction(async (tx) => {
    const due = await lockDueOutcomes(tx, now, BATCH)
    if (due.length === 0) return 0
    const evaluations = await evaluateSignals(
      tx,
      due.map(({ signal }) => signal),
      now,
      log,
    )
    const next = due.map((before, index) => ({ before, after: rowAfter(before, evaluations[index], now) }))
    await updateOutcomes(
      tx,
      next.map(({ after }) => after),
    )
    // Streams are locked until the commit: in one order everywhere.
    const settled = next.filter(({ after }) => isFinal(after.state)).sort((a, b) => compareStreams(a.before, b.before))
    for (const { before, after } of settled) await emitSignalSettled(tx, before.signal, after)
    return due.length
  })
  if (count === 0) await new Promise((resolve) => setTimeout(resolve, RIVAL_MS))
  return true
}

function rowAfter({ signal, outcome: before }: DueOutcome, evaluation: Evaluation | undefined, now: Date): SignalOutcomeRow {
  const { interval = '1d', outcome = null } = evaluation ?? {}
  const { signalId, revision, dueAt: _, ...stored } = before
  const columns = outcome ? outcomeColumns(outcome) : stored
  const isSame = isDeepStrictEqual(columns, stored)
  return {
    ...columns,
    signalId,
    revision: isSame ? revision : revision + 1,
    dueAt: isFinal(columns.state) ? null : nextDue(planOf(signal), interval, now),
  }
}

const compareStreams = (a: DueOutcome, b: DueOutcome): number =>
  SignalSettled.streamOf(a.signal) < SignalSettled.streamOf(b.signal) ? -1 : 1
