import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  abs,
  add,
  bucketDown,
  compare,
  type Decimal,
  decimal,
  divHalfEven,
  equals,
  formatDecimal,
  isMultipleOf,
  isStorable,
  max,
  min,
  mulDown,
  mulHalfEven,
  mulUp,
  negate,
  parseDecimal,
  ratio,
  sub,
  sum,
  toNumber,
  ZERO,
} from './decimal.ts'

const ONE = 10n ** 18n
const LARGEST = 10n ** 38n - 1n

/** Any storable value, small ones and round ones as often as large ones. */
const decimals = fc
  .tuple(fc.bigInt(-LARGEST, LARGEST), fc.nat({ max: 37 }), fc.boolean())
  .map(([units, digits, isRound]): Decimal => {
    const cut = units / 10n ** BigInt(digits)
    return { units: isRound ? (cut / ONE) * ONE : cut }
  })
const divisors = decimals.filter((value) => value.units !== 0n)

/** Twice the distance of `units` from the exact `numerator / denominator`, times `denominator`. */
const twiceTheError = (units: bigint, numerator: bigint, denominator: bigint): bigint => {
  const error = 2n * (units * denominator - numerator)
  return error < 0n ? -error : error
}
const size = (value: bigint) => (value < 0n ? -value : value)

describe('text', () => {
  it('comes back as the same value', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(decimal(formatDecimal(value))).toEqual(value)
      }),
    )
  })

  it('has one shortest form per value', () => {
    expect(formatDecimal(decimal('-0.0'))).toBe('0')
    expect(formatDecimal(decimal('0012.3400'))).toBe('12.34')
    expect(formatDecimal(decimal('-0.000000000000000001'))).toBe('-0.000000000000000001')
    fc.assert(
      fc.property(decimals, (value) => {
        expect(formatDecimal(value)).toMatch(/^(?!-0$)-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
      }),
    )
  })

  it.each(['', '1e3', '+1', '.5', '5.', '1,000', ' 1', '0x1', 'NaN', '1'.repeat(21), `0.${'1'.repeat(19)}`, '--1'])(
    'is refused when it is %j',
    (text) => {
      expect(parseDecimal(text)).toBeNull()
      expect(() => decimal(text)).toThrow('not a decimal')
    },
  )

  it('reads everything that a numeric(38,18) column can hold and nothing more', () => {
    const largest = { units: LARGEST }
    expect(isStorable(largest)).toBe(true)
    expect(isStorable(negate(largest))).toBe(true)
    expect(isStorable(add(largest, { units: 1n }))).toBe(false)
    expect(parseDecimal(formatDecimal(largest))).toEqual(largest)
    expect(parseDecimal(formatDecimal(add(largest, { units: 1n })))).toBeNull()
  })
})

describe('addition', () => {
  it('is exact, associative and commutative', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)))
        expect(add(a, b)).toEqual(add(b, a))
        expect(sum([a, b, c])).toEqual(add(a, add(b, c)))
        expect(sub(add(a, b), b)).toEqual(a)
        expect(add(a, negate(a))).toEqual(ZERO)
      }),
    )
  })

  it('does not know the error of binary fractions', () => {
    expect(formatDecimal(add(decimal('0.1'), decimal('0.2')))).toBe('0.3')
    expect(sum([])).toEqual(ZERO)
  })
})

describe('order', () => {
  it('is that of the exact values', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(Math.sign(compare(a, b))).toBe(a.units === b.units ? 0 : a.units > b.units ? 1 : -1)
        expect(equals(a, b)).toBe(compare(a, b) === 0)
        expect(compare(min(a, b), max(a, b))).toBeLessThanOrEqual(0)
        expect(add(min(a, b), max(a, b))).toEqual(add(a, b))
        expect(compare(abs(a), ZERO)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('multiplication', () => {
  it('up is never below and down never above the exact product, and they meet when it is exact', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const exact = a.units * b.units
        const [down, up] = [mulDown(a, b).units, mulUp(a, b).units]
        expect(down * ONE <= exact && exact <= up * ONE).toBe(true)
        expect(up - down).toBe(exact % ONE === 0n ? 0n : 1n)
      }),
    )
  })

  it('rounds to the nearest, and a tie to the even digit', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const product = mulHalfEven(a, b).units
        const error = twiceTheError(product, a.units * b.units, ONE)
        expect(error <= ONE).toBe(true)
        if (error === ONE) expect(product % 2n).toBe(0n)
      }),
    )
    const half = decimal('0.5')
    expect([1n, 3n, -1n, -3n].map((units) => mulHalfEven({ units }, half).units)).toEqual([0n, 2n, 0n, -2n])
  })

  it('shares over a sum when it is exact', () => {
    const cents = fc.bigInt(-(10n ** 15n), 10n ** 15n).map((units): Decimal => ({ units: units * 10n ** 9n }))
    fc.assert(
      fc.property(cents, cents, cents, (a, b, c) => {
        expect(mulDown(a, add(b, c))).toEqual(add(mulDown(a, b), mulDown(a, c)))
        expect(mulUp(a, add(b, c))).toEqual(add(mulUp(a, b), mulUp(a, c)))
      }),
    )
  })
})

describe('division', () => {
  it('is the nearest of 18 digits by the rational oracle, and a tie goes to the even digit', () => {
    fc.assert(
      fc.property(decimals, divisors, (a, b) => {
        const quotient = divHalfEven(a, b).units
        const error = twiceTheError(quotient, a.units * ONE, b.units)
        expect(error <= size(b.units)).toBe(true)
        if (error === size(b.units)) expect(quotient % 2n).toBe(0n)
      }),
    )
    const two = decimal('2')
    expect([1n, 3n, 5n, -1n, -3n, -5n].map((units) => divHalfEven({ units }, two).units)).toEqual([0n, 2n, 2n, 0n, -2n, -2n])
  })

  it('takes a product apart again', () => {
    const whole = fc.bigInt(-(10n ** 9n), 10n ** 9n).map((units): Decimal => ({ units: units * ONE }))
    fc.assert(
      fc.property(
        whole,
        whole.filter((value) => value.units !== 0n),
        (a, b) => {
          expect(divHalfEven(mulHalfEven(a, b), b)).toEqual(a)
        },
      ),
    )
  })

  it('by zero is an error', () => {
    expect(() => divHalfEven(decimal('1'), ZERO)).toThrow('division by zero')
    expect(() => ratio(decimal('1'), ZERO)).toThrow('division by zero')
  })

  it('leaves no remainder for a multiple of the step', () => {
    expect(isMultipleOf(decimal('20.01'), decimal('0.01'))).toBe(true)
    expect(isMultipleOf(decimal('20.005'), decimal('0.01'))).toBe(false)
  })
})

/** The value of a finite float as an exact fraction. */
function fractionOf(value: number): { numerator: bigint; denominator: bigint } {
  const bits = new BigUint64Array(new Float64Array([Math.abs(value)]).buffer)[0] ?? 0n
  const exponent = Number(bits >> 52n)
  const mantissa = (bits & (2n ** 52n - 1n)) | (exponent > 0 ? 2n ** 52n : 0n)
  const power = Math.max(exponent, 1) - 1075
  const sign = value < 0 ? -1n : 1n
  return power >= 0
    ? { numerator: sign * mantissa * 2n ** BigInt(power), denominator: 1n }
    : { numerator: sign * mantissa, denominator: 2n ** BigInt(-power) }
}

const ulpAbove = (value: number): number => {
  const view = new Float64Array([value])
  const bits = new BigUint64Array(view.buffer)
  bits[0] = (bits[0] ?? 0n) + 1n
  return view[0] ?? 0
}

describe('ratio', () => {
  it('is the float nearest to the exact quotient, whatever the sizes', () => {
    const distance = (float: number, a: bigint, b: bigint) => {
      const { numerator, denominator } = fractionOf(float)
      return (size(numerator * b - a * denominator) * 2n ** 1100n) / denominator
    }
    fc.assert(
      fc.property(divisors, divisors, (a, b) => {
        const result = ratio(a, b)
        const error = distance(Math.abs(result), size(a.units), size(b.units))
        expect(Math.sign(result)).toBe(a.units < 0n === b.units < 0n ? 1 : -1)
        expect(error <= distance(ulpAbove(Math.abs(result)), size(a.units), size(b.units))).toBe(true)
        expect(error <= distance(-ulpAbove(-Math.abs(result)), size(a.units), size(b.units))).toBe(true)
      }),
    )
  })

  it('keeps every digit of a tiny quotient', () => {
    expect(ratio({ units: 1n }, { units: 3n * 2n ** 100n })).toBe(1 / (3 * 2 ** 100))
    expect(ratio({ units: -1n }, decimal('7'))).toBe(-1 / 7e18)
    expect(ratio(ZERO, decimal('-7'))).toBe(0)
  })

  it('agrees with the literal where the quotient is a short decimal', () => {
    expect(ratio(decimal('2.97314'), decimal('1'))).toBe(2.97314)
    expect(ratio(decimal('0.1075'), decimal('5'))).toBe(0.0215)
  })
})

it('becomes the float that its text becomes', () => {
  fc.assert(
    fc.property(decimals, (value) => {
      expect(toNumber(value)).toBe(Number(formatDecimal(value)))
    }),
  )
})

describe('a bucket', () => {
  it.each([
    ['0', '0'],
    ['0.000000000000000001', '0.000000000000000001'],
    ['0.000000000000000004', '0.000000000000000002'],
    ['0.65', '0.5'],
    ['1', '1'],
    ['4.99', '2'],
    ['60', '50'],
    ['99999999999999999999', '50000000000000000000'],
  ])('tells of %s only that it is at least %s', (amount, bucket) => {
    expect(formatDecimal(bucketDown(decimal(amount)))).toBe(bucket)
  })

  it('is never above the amount nor below two fifths of it, and a bucket is its own', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 38n - 1n), (units) => {
        const bucket = bucketDown({ units })
        expect(bucket.units <= units && 5n * bucket.units >= 2n * units).toBe(true)
        expect(bucketDown(bucket)).toEqual(bucket)
      }),
    )
  })
})
