import { describe, expect, it } from 'vitest'
import { classifyTopics } from './topic.ts'

describe('topics', () => {
  it('are found by whole words only', () => {
    expect(classifyTopics([], 'The ETF outflows go on')).toEqual(['ETF_FLOWS'])
    expect(classifyTopics([], 'a brisk pace, federal, ratesless')).toEqual([])
  })

  it('keep the chosen ones first when there are too many', () => {
    const all = 'etf fed breakout oversold on-chain roadmap risk stablecoin funding'
    expect(classifyTopics(['STABLECOINS'], all)).toContain('STABLECOINS')
    expect(classifyTopics(['STABLECOINS'], all)).toHaveLength(8)
  })
})
