import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import { findPinFaults, type PinRequest } from './pin.ts'

const now = new Date('2026-01-24T12:00:00.000Z')
const flow: PinRequest = {
  kind: 'ETF_FLOW',
  title: 'US spot BTC ETFs, week',
  source: 'Farside',
  sourceUrl: null,
  value: decimal('-1324100000'),
  unit: 'USD',
  hasInstrument: false,
  isListed: false,
  asOf: now,
}
const link: PinRequest = { ...flow, kind: 'LINK', sourceUrl: 'https://farside.example/btc', value: null, unit: null, asOf: null }
const faultsOf = (pin: PinRequest) => findPinFaults(pin, now).map((fault) => fault.field)

describe('a piece of market context', () => {
  it('is a figure with unit and moment, or a link with an address', () => {
    expect(faultsOf(flow)).toEqual([])
    expect(faultsOf(link)).toEqual([])
  })

  it('is refused without what makes it a figure', () => {
    expect(faultsOf({ ...flow, title: '', source: 'x'.repeat(61), value: null, unit: 'dollars', asOf: null })).toEqual([
      'title',
      'source',
      'value',
      'unit',
      'asOf',
    ])
  })

  it('of the future or of no listed instrument is refused', () => {
    expect(faultsOf({ ...flow, asOf: new Date(now.getTime() + 1) })).toEqual(['asOf'])
    expect(faultsOf({ ...flow, hasInstrument: true })).toEqual(['instrumentId'])
    expect(faultsOf({ ...flow, kind: 'INSTRUMENT_PRICE' })).toEqual(['instrumentId'])
    expect(faultsOf({ ...flow, kind: 'INSTRUMENT_PRICE', hasInstrument: true, isListed: true })).toEqual([])
  })

  it('leads only to https addresses without credentials', () => {
    for (const sourceUrl of [
      'http://a.example',
      'javascript:alert(1)',
      'https://u:p@a.example',
      'a.example',
      ' https://a.example',
      'https://a.example/\n<b>',
      'https://a.example/\0',
      'https://a.example/\ud800',
      `https://a.example/${'x'.repeat(2_000)}`,
    ]) {
      expect(faultsOf({ ...flow, sourceUrl })).toEqual(['sourceUrl'])
    }
  })

  it('that is a link has an address and no figure', () => {
    expect(faultsOf({ ...link, sourceUrl: null, value: decimal('1'), unit: 'USD', asOf: now })).toEqual([
      'sourceUrl',
      'value',
      'unit',
      'asOf',
    ])
  })
})
