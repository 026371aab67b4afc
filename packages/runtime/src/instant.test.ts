import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStorableInstant, parseIsoInstant, parseMilliseconds, startOfUtcDay, utcDay } from './instant.ts'

const iso = (text: string) => parseIsoInstant(text)?.toISOString()
const storable = fc.date({
  min: new Date('0100-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

describe('an instant as ISO 8601', () => {
  it.each([
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00.5Z', '2000-02-29T00:00:00.500Z'],
    ['2026-01-01T00:00:00.12+05:30', '2025-12-31T18:30:00.120Z'],
    ['2026-12-31T23:59:59.999-23:59', '2027-01-01T23:58:59.999Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z'],
    ['0100-01-01T00:00:00Z', '0100-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2026-01-24T00:00:00-00:00', '2026-01-24T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(text)).toBe(expected)
  })

  it.each([
    ['a day that its month does not have', '2026-02-30T00:00:00Z'],
    ['a day that its month does not have', '2026-04-31T00:00:00Z'],
    ['29 February of another year', '2025-02-29T00:00:00Z'],
    ['29 February of a century', '1900-02-29T00:00:00Z'],
    ['the thirteenth month', '2026-13-01T00:00:00Z'],
    ['month 0', '2026-00-10T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['hour 24', '2026-01-01T24:00:00Z'],
    ['minute 60', '2026-01-01T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset of a day', '2026-01-01T00:00:00+24:00'],
    ['an offset with 60 minutes', '2026-01-01T00:00:00+10:60'],
    ['no offset', '2026-01-01T00:00:00'],
    ['no time', '2026-01-01'],
    ['no seconds', '2026-01-01T00:00Z'],
    ['microseconds', '2026-01-01T00:00:00.000001Z'],
    ['year 0', '0000-06-01T00:00:00Z'],
    ['year 99', '0099-12-31T23:59:59Z'],
    ['year 99 in UTC', '0100-01-01T00:00:00+00:01'],
    ['year 10000 in UTC', '9999-12-31T23:59:59-00:01'],
    ['a year of six digits', '+010000-01-01T00:00:00Z'],
    ['a year before Christ', '-000001-01-01T00:00:00Z'],
    ['white space', ' 2026-01-01T00:00:00Z'],
    ['a line end', '2026-01-01T00:00:00Z\n'],
    ['other digits', '２０２６-01-01T00:00:00Z'],
    ['U+0000', '2026-01-01T00:00:00Z\0'],
  ])('is not %s: %j', (_, text) => {
    expect(parseIsoInstant(text)).toBeNull()
  })

  it('is what was written, for every instant that may be stored', () => {
    fc.assert(
      fc.property(storable, (at) => {
        expect(parseIsoInstant(at.toISOString())).toEqual(at)
      }),
    )
    fc.assert(
      fc.property(storable, (at) => {
        expect(parseMilliseconds(String(at.getTime()))).toEqual(at)
      }),
    )
  })

  it('is one that may be stored, or none', () => {
    const digits = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'))
    const text = fc
      .tuple(
        fc.integer({ min: 0, max: 9999 }),
        digits(13),
        digits(32),
        digits(25),
        digits(61),
        digits(61),
        digits(25),
        digits(61),
      )
      .map(
        ([year, ...[month, day, h, m, s, oh, om]]) =>
          `${String(year).padStart(4, '0')}-${month}-${day}T${h}:${m}:${s}+${oh}:${om}`,
      )
    fc.assert(
      fc.property(text, (given) => {
        const at = parseIsoInstant(given)
        if (at) expect([isStorableInstant(at), at.getTime()]).toEqual([true, Date.parse(given)])
      }),
    )
  })
})

it('milliseconds that no stored instant has are none', () => {
  for (const text of ['', '-', '1e3', '999999999999999', '-99999999999999', '1.5', ' 1', '１'])
    expect(parseMilliseconds(text)).toBeNull()
})

it('a day begins at midnight in UTC', () => {
  const at = new Date('2026-01-24T23:59:59.999Z')
  expect(utcDay(at)).toBe('2026-01-24')
  expect(startOfUtcDay(at)).toEqual(new Date('2026-01-24T00:00:00.000Z'))
})
