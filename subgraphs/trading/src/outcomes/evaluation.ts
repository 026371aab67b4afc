import type { Tx } from '@planet/runtime/database'
import type { Logger } from '@planet/runtime/log'
import { planOf, type SignalRow } from '../copies/db/signal.ts'
import { findFinerCandles, findKnownCandles } from '../market/db/candle.ts'
import { findInstruments, type InstrumentRow } from '../market/db/instrument.ts'
import type { Interval } from '../market/domain/candle.ts'
import { feeRateOf, signalIntervalOf } from '../market/domain/instrument.ts'
import { candlesInDoubt } from './domain/evaluation.ts'
import { evaluateSignal, type SignalOutcome, unscored } from './domain/outcome.ts'

/** A signal with its outcome; null for one that could not be evaluated, which is logged. */
export type Evaluation = { readonly interval: Interval; readonly outcome: SignalOutcome | null }

/**
 * How `signals` have turned out at `now`, in their order, on the candles that open before `before` (null: all). The candles of an
 * instrument are loaded once for all its signals.
 */
export async function evaluateSignals(
  tx: Tx,
  signals: readonly SignalRow[],
  now: Date,
  log: Logger,
  before: Date | null = null,
): Promise<Evaluation[]> {
  const byInstrument = Map.groupBy(signals, (signal) => signal.instrumentId)
  const instruments = await findInstruments(tx, [...byInstrument.keys()])
  const evaluations = new Map<SignalRow, Evaluation>()
  for (const [index, group] of [...byInstrument.values()].entries()) {
    const instrument = instruments[index] ?? null
    const interval = signalIntervalOf(instrument)
    const from = new Date(Math.min(...group.map(({ publishedAt }) => publishedAt.getTime())))
    const known = instrument ? await findKnownCandles(tx, instrument.id, interval, from, now) : []
    const candles = before ? known.filter(({ openTime }) => openTime < before) : known
    for (const signal of group) {
      const outcome = instrument
        ? await evaluateLogged(tx, signal, instrument, candles, now, log)
        : unscored(planOf(signal), 'INVALID')
      evaluations.set(signal, { interval, outcome })
    }
  }
  return signals.map((signal) => evaluations.get(signal) ?? { interval: '1d', outcome: null })
}

type Candles = Awaited<ReturnType<typeof findKnownCandles>>

/** One signal that cannot be evaluated must not hold up the others. */
async function evaluateLogged(tx: Tx, signal: SignalRow, instrument: InstrumentRow, candles: Candles, now: Date, log: Logger) {
  const plan = planOf(signal)
  const interval = signalIntervalOf(instrument)
  const closing = signal.retractedAt && { kind: 'RETRACTED' as const, at: signal.retractedAt }
  const options = { asOf: now, interval, calendar: instrument.tradingCalendar, feeRate: feeRateOf(instrument.feeBps), closing }
  const evaluate = (finerCandles: Candles) => {
    try {
      return evaluateSignal(plan, candles, { ...options, finerCandles })
    } catch (error) {
      log.error({ err: error, signalId: signal.id }, 'a signal could not be evaluated')
      return null
    }
  }
  const outcome = evaluate([])
  // Finer candles matter only where these leave the order of events in doubt.
  if (!outcome?.ambiguous) return outcome
  const inDoubt = candlesInDoubt(plan, outcome.fills[0]?.price ?? null, candles, now)
  const openTimes = inDoubt.map(({ openTime }) => openTime)
  return evaluate(await findFinerCandles(tx, instrument.id, interval, openTimes, now))
}
