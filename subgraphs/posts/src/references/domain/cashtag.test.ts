import { describe, expect, it } from 'vitest'
import { cashtagsOfPost, findCashtagSymbols, resolveCashtags } from './cashtag.ts'

describe('cashtags', () => {
  const listed = [
    { id: '1', symbol: 'BTC-USD', baseAsset: 'BTC' },
    { id: '2', symbol: 'BTC-USDC', baseAsset: 'BTC' },
    { id: '3', symbol: 'ETH-USD', baseAsset: 'ETH' },
  ]

  it('are found once each, in order, in any case', () => {
    expect(findCashtagSymbols('$eth over $BTC, ($ETH) $BTC-USDC.')).toEqual(['ETH', 'BTC', 'BTC-USDC'])
  })

  it('are not amounts of money nor parts of words', () => {
    expect(findCashtagSymbols('paid $5 and US$BTC and a$ETH and $$SOL')).toEqual([])
  })

  it('name the instrument of that symbol, else the first listed of that base asset', () => {
    expect(resolveCashtags('$BTC-USDC $BTC $DOGE', listed)).toEqual([
      { symbol: 'BTC-USDC', instrumentId: '2', baseAsset: 'BTC' },
      { symbol: 'BTC', instrumentId: '1', baseAsset: 'BTC' },
    ])
  })

  it('of a signal are those of its text, after what it trades where the text does not name that; at most twenty', () => {
    const traded = { symbol: 'BTC-USD', instrumentId: '1', baseAsset: 'BTC' }
    const eth = { symbol: 'ETH', instrumentId: '3', baseAsset: 'ETH' }
    const btc = { ...traded, symbol: 'BTC' }
    expect(cashtagsOfPost([eth, btc], traded)).toEqual([eth, btc])
    expect(cashtagsOfPost([eth], traded)).toEqual([traded, eth])
    expect(cashtagsOfPost([eth], null)).toEqual([eth])
    expect(
      cashtagsOfPost(
        Array.from({ length: 20 }, () => eth),
        traded,
      ),
    ).toHaveLength(20)
  })
})
