import fc from 'fast-check'
import { expect, it } from 'vitest'
import { candleKey, parseCandleKey } from './candle.ts'
import { instrumentKey, parseInstrumentKey } from './instrument.ts'

it('the key of a candle is read back, whatever its time', () => {
  const instants = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instants, (openTime) => {
      expect(parseCandleKey(candleKey({ openTime }))).toEqual(openTime)
    }),
  )
})

it('the key of an instrument is read back, whatever may be listed', () => {
  const code = fc.stringMatching(/^[A-Za-z0-9._:-]{1,40}$/)
  fc.assert(
    fc.property(code, code, (symbol, venue) => {
      expect(parseInstrumentKey(instrumentKey({ symbol, venue }))).toEqual({ symbol, venue })
    }),
  )
})

it.each(['["A\0","B"]', '["A\n","B"]', '["A"]', '["","B"]'])('%j is the key of no instrument', (key) => {
  expect(() => parseInstrumentKey(key)).toThrow('This is no cursor of ours.')
})

it.each(['999999999999999', '-99999999999999', '1e3', ''])('%j is the key of no candle', (key) => {
  expect(() => parseCandleKey(key)).toThrow('This is no cursor of ours.')
})
