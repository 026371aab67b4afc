/**
 * Exact decimal arithmetic for prices, quantities and money: a fixed-point number of 18 fractional digits, as
 * `numeric(38,18)` keeps it in Postgres and a string carries it in GraphQL. Every operation that can round says the
 * direction in its name; there is no plain `mul` or `div`.
 */
export type Decimal = { readonly units: bigint }

const DIGITS = 18
const ONE = 10n ** 18n
/** `numeric(38,18)` holds 20 digits before the point. */
const LIMIT = 10n ** 38n

export const ZERO: Decimal = { units: 0n }

const TEXT = /^(-?)(\d{1,20})(?:\.(\d{1,18}))?$/

/** Null unless `text` is a plain decimal of at most 20 digits before and 18 after the point. */
export function parseDecimal(text: string): Decimal | null {
  const match = TEXT.exec(text)
  if (!match) return null
  const [, sign, whole = '', fraction = ''] = match
  const units = BigInt(whole + fraction.padEnd(DIGITS, '0'))
  return { units: sign === '-' ? -units : units }
}

const POINT = 46
const FIXED = /^-?\d{1,20}\.\d{18}$/

/** For literals and values that a schema or a column has already checked. Throws on anything else. */
export function decimal(text: string): Decimal {
  // As Postgres writes a `numeric(38,18)`; nothing is left to be checked but digits, which `BigInt` does.
  const point = text.length - DIGITS - 1
  if (point > 0 && text.charCodeAt(point) === POINT && FIXED.test(text)) {
    return { units: BigInt(text.slice(0, point) + text.slice(point + 1)) }
  }
  const value = parseDecimal(text)
  if (!value) throw new Error(`not a decimal: ${text.slice(0, 50)}`)
  return value
}

const ZERO_DIGIT = 48

/** Shortest exact form: no exponent, no trailing zeros, no negative zero. */
export function formatDecimal(value: Decimal): string {
  const isNegative = value.units < 0n
  const digits = (isNegative ? -value.units : value.units).toString().padStart(DIGITS + 1, '0')
  const point = digits.length - DIGITS
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === ZERO_DIGIT) end--
  const text = end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
  return isNegative ? `-${text}` : text
}

export const add = (a: Decimal, b: Decimal): Decimal => ({ units: a.units + b.units })
export const sub = (a: Decimal, b: Decimal): Decimal => ({ units: a.units - b.units })
export const negate = (a: Decimal): Decimal => ({ units: -a.units })
export const abs = (a: Decimal): Decimal => ({ units: a.units < 0n ? -a.units : a.units })
export const sum = (values: Iterable<Decimal>): Decimal => {
  let units = 0n
  for (const value of values) units += value.units
  return { units }
}
/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export const compare = (a: Decimal, b: Decimal): number => (a.units < b.units ? -1 : a.units > b.units ? 1 : 0)
export const equals = (a: Decimal, b: Decimal): boolean => a.units === b.units
export const min = (a: Decimal, b: Decimal): Decimal => (a.units <= b.units ? a : b)
export const max = (a: Decimal, b: Decimal): Decimal => (a.units >= b.units ? a : b)
export const isPositive = (a: Decimal): boolean => a.units > 0n
export const isMultipleOf = (a: Decimal, step: Decimal): boolean => a.units % step.units === 0n
/** True if the column type `numeric(38,18)` can hold the value. */
export const isStorable = (a: Decimal): boolean => a.units < LIMIT && a.units > -LIMIT

/** `a * b` towards positive infinity: never under-reserves a cost. */
export const mulUp = (a: Decimal, b: Decimal): Decimal => ({ units: divideUp(a.units * b.units, ONE) })
/** `a * b` towards negative infinity: never overstates a claim. */
export const mulDown = (a: Decimal, b: Decimal): Decimal => ({ units: divideDown(a.units * b.units, ONE) })
/** `a * b` to the nearest of 18 digits, ties to even: for figures that nobody pays. */
export const mulHalfEven = (a: Decimal, b: Decimal): Decimal => ({ units: divideHalfEven(a.units * b.units, ONE) })
/** `a / b` to the nearest of 18 digits, ties to even. Throws if `b` is zero. */
export const divHalfEven = (a: Decimal, b: Decimal): Decimal => ({ units: divideHalfEven(a.units * ONE, b.units) })

/** The greatest of 1, 2 and 5 times a power of ten that is not above `a`, 0 for 0: tells no more than how large it is. Not for negatives. */
export function bucketDown({ units }: Decimal): Decimal {
  const power = 10n ** BigInt(units.toString().length - 1)
  const step = [5n, 2n, 1n].find((each) => each * power <= units) ?? 0n
  return { units: step * power }
}

/** The ratio as the nearest float, correctly rounded: for dimensionless results only (R, shares). Throws if `b` is zero. */
export function ratio(a: Decimal, b: Decimal): number {
  if (b.units === 0n) throw new Error('division by zero')
  if (a.units === 0n) return 0
  const dividend = abs(a).units
  const divisor = abs(b).units
  // A quotient of 64 bits or more, its last bit set if anything was cut off, rounds as the exact value does.
  const shift = Math.max(0, bitLength(divisor) - bitLength(dividend) + 64)
  const scaled = dividend << BigInt(shift)
  const quotient = scaled / divisor
  const sticky = scaled % divisor === 0n ? quotient : quotient | 1n
  const magnitude = Number(sticky) * 2 ** -shift
  return a.units < 0n === b.units < 0n ? magnitude : -magnitude
}

/** The nearest float: for statistics only, never for money. */
export const toNumber = (a: Decimal): number => Number(formatDecimal(a))

const bitLength = (value: bigint): number => value.toString(2).length

function divideDown(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

function divideUp(a: bigint, b: bigint): bigint {
  return -divideDown(-a, b)
}

function divideHalfEven(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error('division by zero')
  const floor = divideDown(a, b)
  const twice = 2n * (a - floor * b)
  const size = b < 0n ? -b : b
  const distance = twice < 0n ? -twice : twice
  if (distance < size) return floor
  if (distance > size) return floor + 1n
  return floor % 2n === 0n ? floor : floor + 1n
}
