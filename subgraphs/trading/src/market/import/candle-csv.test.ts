import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import { parseCandleCsv } from './candle-csv.ts'

const HEADER = 'open_time,open,high,low,close,volume'
const GOOD = '2024-01-01T00:00:00Z,100,106,99,105,7.25'
const csv = (...lines: string[]) => `${lines.join('\n')}\n`
const opens = (text: string) => parseCandleCsv(text, '4h').candles.map(({ openTime }) => openTime.toISOString().slice(0, 16))

describe('a file of candles', () => {
  it('is read exactly', () => {
    expect(parseCandleCsv(csv(HEADER, GOOD), '4h', ['FIXING'])).toEqual({
      candles: [
        {
          openTime: new Date('2024-01-01T00:00:00Z'),
          interval: '4h',
          open: decimal('100'),
          high: decimal('106'),
          low: decimal('99'),
          close: decimal('105'),
          volume: decimal('7.25'),
          flags: ['FIXING'],
        },
      ],
      faults: [],
    })
  })

  it('may have its columns in another order, more of them, quotes, spaces, a byte order mark and Windows line ends', () => {
    const text = '\uFEFFvolume,close,low,high,open,open_time,name\r\n, 105 ,99,"106",100,"2024-01-01 00:00:00",BTC\r\n'
    const { candles, faults } = parseCandleCsv(text, '4h')
    expect(faults).toEqual([])
    expect(candles).toMatchObject([{ openTime: new Date('2024-01-01T00:00:00Z'), high: decimal('106'), volume: null }])
  })

  it('may have a header in capitals, and additional columns with commas, quotes and line ends in their cells', () => {
    const rows = [
      '"a, ""b""\n\nc",2024-01-01T00:00:00Z,100,106,99,105,7',
      ',"2024-01-01T04:00:00Z","100","106","99","105","7"',
      'x,soon,1,1,1,1,',
    ]
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['Note,OPEN_TIME,Open,HIGH,Low,CLOSE,Volume', ...rows, '', ''].join('\n').replaceAll('\n', end)
      const { candles, faults } = parseCandleCsv(text, '4h')
      expect(candles.map(({ high }) => high)).toEqual([decimal('106'), decimal('106')])
      expect(faults.map(({ line }) => line)).toEqual([6])
    }
  })

  it('comes in order of time, whatever the order of its rows', () => {
    const rows = ['2024-01-01T08:00:00Z,1,1,1,1,', '2024-01-01T00:00:00Z,1,1,1,1,', '2024-01-01T04:00:00Z,1,1,1,1,']
    expect(opens(csv(HEADER, ...rows))).toEqual(['2024-01-01T00:00', '2024-01-01T04:00', '2024-01-01T08:00'])
  })

  it('has no candles and one fault when the header is incomplete or missing', () => {
    expect(parseCandleCsv(csv('open_time,open,high,low', GOOD), '4h')).toEqual({
      candles: [],
      faults: [{ line: 1, message: 'The header lacks close, volume.' }],
    })
    expect(parseCandleCsv(`\n\n${csv('time,open,high,low,close,volume', GOOD)}`, '4h').faults).toEqual([
      { line: 3, message: 'The header lacks open_time.' },
    ])
    expect(parseCandleCsv(csv('Open,open_time,open,high,low,close,close,volume'), '4h').faults).toEqual([
      { line: 1, message: 'The header has open, close more than once.' },
    ])
  })

  it('without a row was taken for one with nothing wrong', () => {
    for (const text of ['', '\n', '\uFEFF\r\n', ',,,'])
      expect(parseCandleCsv(text, '4h').faults).toEqual([{ line: 1, message: 'Is empty.' }])
    for (const text of [HEADER, `\n${HEADER}\r\n\r\n`, `${HEADER}\n,,,,,\n`])
      expect(parseCandleCsv(text, '4h').faults).toMatchObject([{ message: 'Has no row below the header.' }])
  })
})

describe('a broken row', () => {
  it.each([
    ['2024-01-01T04:00:00Z,100,106,99', 'Has 4 columns, the header has 6.'],
    ['2024-01-01T04:00:00Z,100,106,99,105,7,8', 'Has 7 columns, the header has 6.'],
    ['2024-01-01T04:00:00Z,"100,106,99,105,7', 'open: Must be a decimal of at most 18 digits after the point.'],
    ['2024-01-01T04:00:00Z,"100,106,99,105","7', 'open: Must be a decimal of at most 18 digits after the point.'],
    ['2024-01-01T04:00:00Z,"100",106,99,105"', 'Has 5 columns, the header has 6.'],
    ['2024-01-01T04:00:00Z,100,1e3,99,105,7', 'high: Must be a decimal of at most 18 digits after the point.'],
    ['2024-01-01T04:00:00Z,0,106,-1,105,7', 'open: Must be above zero. low: Must be above zero.'],
    ['2024-01-01T04:00:00Z,100,104,99,105,7', 'high: Must not be below the close.'],
    ['2024-01-01T04:00:00Z,100,90,110,105,7', 'high: Must not be below the open. high: Must not be below the close.'],
    ['2024-01-01T04:00:00Z,100,106,99,105,-7', 'volume: Must not be below zero.'],
    ['2024-01-01T05:00:00Z,100,106,99,105,7', 'open_time: Must be a multiple of 4h from 00:00 UTC.'],
    ['2024-02-30T04:00:00Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['2024-01-01T24:00:00Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['2024-01-01T04:00:60Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['0000-01-01T04:00:00Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['0024-01-01T04:00:00Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['+010000-01-01T00:00:00Z,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['9999-12-31T20:00:00Z,100,106,99,105,7', 'open_time: Must be of a candle that closes before the year 10000'],
    ['2024-01-01T04:00:00+02:00,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['01/02/2024,100,106,99,105,7', 'open_time: Must be a UTC time'],
    ['2024-01-01T00:00:00Z,100,106,99,105,7', 'open_time: Repeats that of line 2.'],
  ])('%s is refused with its line number and the rest of the file is untouched', (row, message) => {
    const { candles, faults } = parseCandleCsv(csv(HEADER, GOOD, '', row, '2024-01-01T08:00:00Z,105,112,104,111,'), '4h')
    expect(faults).toEqual([{ line: 4, message: expect.stringContaining(message) }])
    expect(candles.map(({ close }) => close)).toEqual([decimal('105'), decimal('111')])
  })

  it('is told with everything that is wrong with it', () => {
    const { faults } = parseCandleCsv(csv(HEADER, 'soon,x,0,,5,many'), '4h')
    expect(faults[0]?.message.split(/(?<=\.) /)).toHaveLength(5)
  })
})
