import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstant } from './codecs.ts'

describe('an instant as Postgres writes it', () => {
  it('is read to the millisecond', () => {
    const written = (date: Date) =>
      date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.?0*Z$/, '+00')
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, (date) => {
        expect(parseInstant(written(date))).toEqual(date)
      }),
    )
  })

  it('is what `Date` makes of it if it is another than ours', () => {
    for (const text of ['infinity', '2026-01-02 03:04:05+02', '2026-01-02 03:04:05.123456+00', '2026-01-02 03:04:05.678+05:30']) {
      expect(parseInstant(text)).toEqual(new Date(text))
    }
  })
})
