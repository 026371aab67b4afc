import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decimal, formatDecimal, max, min } from '@planet/runtime/decimal'
import { bitcoinPrice } from '@visx/mock-data'
import { CSV_HEADER, openSeries, type Series } from './series.ts'

/** Real series that come inside npm packages, so that the sandbox works offline. */
export const readBundledSeries = (): Series[] => [readApple(), readBitcoin()]

/** AAPL daily, 2013-05-13 to 2018-05-11, from @observablehq/sample-datasets (ISC). */
function readApple(): Series {
  const path = fileURLToPath(import.meta.resolve('@observablehq/sample-datasets/aapl.csv'))
  const [, ...rows] = readFileSync(path, 'utf8').trim().split('\n')
  const lines = rows.map((row) => {
    const [date, open, high, low, close, , volume] = row.trim().split(',')
    return [`${date}T00:00:00Z`, open, high, low, close, volume].join(',')
  })
  return openSeries({
    symbol: 'AAPL-USD',
    venue: 'NASDAQ',
    assetClass: 'EQUITY',
    tradingCalendar: 'SESSIONS',
    interval: '1d',
    flags: [],
    name: 'aapl.csv',
    csv: [[CSV_HEADER, ...lines].join('\n')],
  })
}

/**
 * BTC-USD, one price a day, 2016-07-04 to 2017-07-03, from @visx/mock-data (MIT). Two neighbouring prices make a candle;
 * what happened between them is not known, and the flag says so.
 */
function readBitcoin(): Series {
  const prices = bitcoinPrice.prices
    .map(({ time, price }) => ({ time, price: decimal(price) }))
    .sort((a, b) => (a.time < b.time ? -1 : 1))
  const lines = prices.slice(0, -1).map(({ time, price: open }, i) => {
    const close = prices[i + 1]?.price ?? open
    return [time, ...[open, max(open, close), min(open, close), close].map(formatDecimal), ''].join(',')
  })
  return openSeries({
    symbol: 'BTC-USD',
    venue: 'INDEX',
    assetClass: 'CRYPTO',
    tradingCalendar: 'CONTINUOUS',
    interval: '1d',
    flags: ['FIXING'],
    name: 'bitcoinPrice',
    csv: [[CSV_HEADER, ...lines].join('\n')],
  })
}
