import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCandleCsv } from '@planet/trading/market/import/candle-csv'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFolderSeries } from './folder.ts'
import { commonDays } from './load.ts'

const HEADER = 'open_time,open,high,low,close,volume'
const day = (date: string) => `2024-01-${date}T00:00:00Z,100,106,99,105,7`
const DAYS = ['01', '02', '03', '04', '05'].map(day)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'planet-market-data-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'))
const days = () => {
  const { first, last } = commonDays(readFolderSeries(folder))
  return [first, last].map((at) => at.toISOString().slice(0, 10))
}
const reversed = (line: string) => line.split(',').reverse().join(',')

describe('a folder of market data', () => {
  it('has the days that all of its instruments have', () => {
    put('okx_btc_usd_1d.csv', HEADER, ...DAYS, '')
    put('okx_eth_usd_1d_2024.csv', HEADER, ...DAYS.slice(1, 4))
    put('notes.txt', 'not read')
    expect(days()).toEqual(['2024-01-02', '2024-01-04'])
  })

  it('of files that the import takes had no day in common', () => {
    const shapes: Readonly<Record<string, string>> = {
      reordered: [reversed(HEADER), ...DAYS.map(reversed)].join('\n'),
      additional: [`note,${HEADER}`, ...DAYS.map((line) => `x,${line}`)].join('\n'),
      quoted: [`"NOTE",${HEADER}`, ...DAYS.map((line) => `"a, ""b""\nc","${line.replaceAll(',', '","')}"`)].join('\n'),
      upper: [HEADER.toUpperCase(), ...DAYS].join('\n'),
      windows: `\uFEFF${[HEADER, ...DAYS, '', ''].join('\r\n')}`,
      mac: [HEADER, ...DAYS, ''].join('\r'),
      shuffled: [HEADER, DAYS[3], DAYS[0], DAYS[4], DAYS[2], DAYS[1]].join('\n'),
      blank: ['', HEADER, '', ...DAYS, ' ', ',,,,,', ''].join('\n'),
    }
    for (const [shape, text] of Object.entries(shapes)) {
      put(`okx_btc_usd_1d_${shape}.csv`, text)
      expect(days(), shape).toEqual(['2024-01-01', '2024-01-05'])
      rmSync(join(folder, `okx_btc_usd_1d_${shape}.csv`))
    }
  })

  it('takes the names of its files in any case', () => {
    put('OKX_Btc_USD_4H.CSV', HEADER, ...DAYS)
    expect(readFolderSeries(folder)).toMatchObject([{ symbol: 'BTC-USD', venue: 'OKX', interval: '4h' }])
  })

  it.each([
    ['a row that is no candle', [HEADER, DAYS[0], '2024-02-30,1,1,1,1,'], 3],
    ['a row that is cut short', [HEADER, '2024-01-01T00:00:00Z,1,1'], 2],
    ['a row that repeats another', [HEADER, '', DAYS[0], DAYS[1], DAYS[0]], 5],
    ['a quote that is left open', [HEADER, '2024-01-01T00:00:00Z,"1,1,1,1,', DAYS[1]], 2],
    ['a missing column', ['open_time,open,high,low,close', '2024-01-01T00:00:00Z,1,1,1,1'], 1],
    ['nothing but a header', [HEADER, ''], 1],
    ['nothing', [''], 1],
  ])('with %s says so by file and line, in the words of the import', (_, lines, line) => {
    put('okx_btc_usd_1d.csv', ...lines.map(String))
    const [fault] = parseCandleCsv(readFileSync(join(folder, 'okx_btc_usd_1d.csv'), 'utf8'), '1d').faults
    expect(fault?.line).toBe(line)
    expect(() => readFolderSeries(folder)).toThrow(`okx_btc_usd_1d.csv:${line}: ${fault?.message}`)
  })

  it('tells some of many faults, and how many there are', () => {
    put('okx_btc_usd_1d.csv', HEADER, ...Array.from({ length: 1_000 }, () => 'x,1,1,1,1,'))
    expect(() => readFolderSeries(folder)).toThrow(/okx_btc_usd_1d\.csv:2: [^]*:11: [^]*990 more/)
  })

  it('says which days its instruments have if none is common', () => {
    put('okx_btc_usd_1d.csv', HEADER, ...DAYS.slice(0, 2))
    put('okx_eth_usd_1d.csv', HEADER, ...DAYS.slice(3))
    expect(() => days()).toThrow(/BTC-USD at OKX: 2024-01-01 to 2024-01-02[^]*ETH-USD at OKX: 2024-01-04 to 2024-01-05/)
  })

  it('without a file of such a name says so', () => {
    put('candles.csv', HEADER, ...DAYS)
    expect(() => readFolderSeries(folder)).toThrow('venue_base_quote_interval.csv')
  })
})

const realData = fileURLToPath(new URL('../../../../shared/data', import.meta.url))

it.skipIf(!existsSync(realData))('real files are read to the last line', () => {
  const series = readFolderSeries(realData)
  expect(series).toHaveLength(readdirSync(realData).filter((file) => file.endsWith('.csv')).length)
  expect(commonDays(series).last.getTime()).toBeGreaterThan(0)
})
