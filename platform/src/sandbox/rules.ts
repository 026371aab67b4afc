import {
  abs,
  add,
  compare,
  type Decimal,
  decimal,
  divHalfEven,
  max,
  min,
  mulHalfEven,
  sub,
  sum,
  toNumber,
} from '@planet/runtime/decimal'

/** A closed candle as the public API gives it. */
export type MarketCandle = { readonly open: Decimal; readonly high: Decimal; readonly low: Decimal; readonly close: Decimal }

/** What a rule wants to publish. Prices are rounded to cents. */
export type Idea = {
  readonly side: 'LONG' | 'SHORT'
  readonly entry: Decimal
  readonly stop: Decimal
  readonly targets: readonly { readonly price: Decimal; readonly fraction: Decimal }[]
  readonly horizon: string
  readonly conviction: number
  readonly title: string
  readonly body: string
}

/** A creator's rule: the idea that the closed candles (oldest first, at least 25) suggest on the `day`-th day, or null. */
export type Rule = (symbol: string, candles: readonly MarketCandle[], day: number) => Idea | null

const closes = (candles: readonly MarketCandle[]) => candles.map((candle) => candle.close)
const whole = (n: number) => decimal(String(n))
const mean = (values: readonly Decimal[]) => divHalfEven(sum(values), whole(values.length))
const CENT = decimal('0.01')
const toCents = (value: Decimal): Decimal => ({ units: ((value.units + CENT.units / 2n) / CENT.units) * CENT.units })

/** Average true range of the last `n` candles; at least a cent. */
function averageTrueRange(candles: readonly MarketCandle[], n = 14): Decimal {
  const ranges = candles.slice(-n).map((candle, i, window) => {
    const before = window[i - 1]?.close ?? candle.open
    return max(sub(candle.high, candle.low), max(abs(sub(candle.high, before)), abs(sub(candle.low, before))))
  })
  return max(mean(ranges), CENT)
}

/** Wilder's RSI in its simple form: 0 to 100; 50 without movement. */
function relativeStrength(candles: readonly MarketCandle[], n = 14): number {
  const moves = closes(candles)
    .slice(-n - 1)
    .flatMap((close, i, window) => (i === 0 ? [] : [toNumber(sub(close, window[i - 1] ?? close))]))
  const gain = moves.reduce((total, move) => total + Math.max(move, 0), 0)
  const loss = moves.reduce((total, move) => total + Math.max(-move, 0), 0)
  return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss)
}

/** A plan of `riskAtr` average ranges to the stop, with targets in multiples of that risk. */
function planOf(
  candles: readonly MarketCandle[],
  side: Idea['side'],
  riskAtr: string,
  targets: readonly (readonly [multiple: string, fraction: string])[],
): Pick<Idea, 'side' | 'entry' | 'stop' | 'targets'> | null {
  const last = candles.at(-1)
  if (!last) return null
  const entry = toCents(last.close)
  const risk = max(toCents(mulHalfEven(averageTrueRange(candles), decimal(riskAtr))), CENT)
  const away = (distance: Decimal, isAgainst: boolean) =>
    (side === 'LONG') === isAgainst ? sub(entry, distance) : add(entry, distance)
  return {
    side,
    entry,
    stop: away(risk, true),
    targets: targets.map(([multiple, fraction]) => ({
      price: away(toCents(mulHalfEven(risk, decimal(multiple))), false),
      fraction: decimal(fraction),
    })),
  }
}

const LADDER = [
  ['1', '0.5'],
  ['2', '0.5'],
] as const

export const breakout: Rule = (symbol, candles) => {
  const [last, before] = [candles.at(-1), candles.slice(-21, -1)]
  if (!last || before.length < 20) return null
  const isUp = compare(last.close, before.map((candle) => candle.high).reduce(max)) > 0
  const isDown = compare(last.close, before.map((candle) => candle.low).reduce(min)) < 0
  const plan = isUp || isDown ? planOf(candles, isUp ? 'LONG' : 'SHORT', '1.5', LADDER) : null
  return (
    plan && {
      ...plan,
      horizon: 'P12D',
      conviction: 0.56,
      title: `${symbol} breaks its 20-day ${isUp ? 'high' : 'low'}`,
      body: `$${symbol} closed beyond the range of the last 20 days. Breakout with the trend; the stop is 1.5 average ranges away.`,
    }
  )
}

export const dip: Rule = (symbol, candles) => {
  const strength = relativeStrength(candles)
  const plan = strength < 38 ? planOf(candles, 'LONG', '2', [['1.5', '1']]) : null
  return (
    plan && {
      ...plan,
      horizon: 'P10D',
      conviction: 0.54,
      title: `${symbol} looks oversold`,
      body: `RSI of $${symbol} is ${strength.toFixed(0)}. Mean reversion towards the middle of the range; risk is two average ranges.`,
    }
  )
}

export const cross: Rule = (symbol, candles) => {
  const lead = (shift: number) => {
    const known = closes(candles).slice(0, candles.length - shift)
    return compare(mean(known.slice(-5)), mean(known.slice(-20)))
  }
  const [now, before] = [lead(0), lead(1)]
  const plan = now !== 0 && now !== before ? planOf(candles, now > 0 ? 'LONG' : 'SHORT', '2', LADDER) : null
  return (
    plan && {
      ...plan,
      horizon: 'P15D',
      conviction: 0.53,
      title: `${symbol}: the 5-day average crosses the 20-day`,
      body: `The moving average of $${symbol} has turned ${now > 0 ? 'up' : 'down'}. I follow the trend until the averages cross back.`,
    }
  )
}

export const fade: Rule = (symbol, candles) => {
  const last = candles.slice(-4).map((candle) => candle.close)
  const steps = last.slice(1).map((close, i) => compare(close, last[i] ?? close))
  const isUp = steps.every((step) => step > 0)
  const isDown = steps.every((step) => step < 0)
  const plan = isUp || isDown ? planOf(candles, isUp ? 'SHORT' : 'LONG', '2', [['1', '1']]) : null
  return (
    plan && {
      ...plan,
      horizon: 'P7D',
      conviction: 0.52,
      title: `Fade the third ${isUp ? 'up' : 'down'} day of ${symbol}`,
      body: `Three closes in a row in one direction: $${symbol} is stretched, I fade it with a small target.`,
    }
  )
}

/** Publishes every seventh day, whether or not the last signal is still open: the platform marks the repeats. */
export const alwaysBull: Rule = (symbol, candles, day) => {
  const plan =
    day % 7 === 0
      ? planOf(candles, 'LONG', '3', [
          ['1', '0.5'],
          ['2', '0.5'],
        ])
      : null
  return (
    plan && {
      ...plan,
      horizon: 'P14D',
      conviction: 0.9,
      title: `${symbol} only goes up`,
      body: `Long $${symbol}, as every week.`,
    }
  )
}
