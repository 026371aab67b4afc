/** The topics of the platform: code → English name, and the words that sort a post into it. */
const TOPICS = {
  DERIVATIVES_SENTIMENT: {
    name: 'Derivatives sentiment',
    words: ['funding', 'open interest', 'perpetual', 'liquidation', 'liquidations', 'basis'],
  },
  ETF_FLOWS: { name: 'ETF flows', words: ['etf', 'etfs', 'inflow', 'inflows', 'outflow', 'outflows'] },
  MACRO: { name: 'Macro', words: ['fed', 'fomc', 'cpi', 'inflation', 'rates', 'dollar', 'earnings'] },
  MOMENTUM: { name: 'Momentum', words: ['breakout', 'momentum', 'trend', 'moving average'] },
  MEAN_REVERSION: { name: 'Mean reversion', words: ['oversold', 'overbought', 'rsi', 'reversion', 'fade'] },
  ONCHAIN: { name: 'On-chain', words: ['on-chain', 'onchain', 'hashrate', 'whale', 'whales', 'mempool'] },
  PROJECT: { name: 'Projects', words: ['roadmap', 'tokenomics', 'mainnet', 'testnet', 'airdrop'] },
  RISK_EDU: { name: 'Risk education', words: ['risk', 'drawdown', 'position size', 'position sizing'] },
  STABLECOINS: { name: 'Stablecoins', words: ['stablecoin', 'stablecoins', 'usdc', 'usdt', 'redemption', 'redemptions'] },
} as const satisfies Record<string, { name: string; words: readonly string[] }>

export type TopicCode = keyof typeof TOPICS
export type Topic = { readonly code: TopicCode; readonly name: string }

/** At most so many topics a post has; the author's come first. */
const MAX_TOPICS = 8

/** By name, as readers see them. */
export const topics: readonly Topic[] = (Object.keys(TOPICS) as TopicCode[])
  .map((code) => ({ code, name: TOPICS[code].name }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))

export const isTopicCode = (code: string): code is TopicCode => Object.hasOwn(TOPICS, code)

export const topicOf = (code: TopicCode): Topic => ({ code, name: TOPICS[code].name })

/** The author's topics and those whose words stand in the text as whole words; sorted by code, at most 8, the author's kept first. */
export function classifyTopics(chosen: readonly TopicCode[], text: string): TopicCode[] {
  const words = ` ${text.toLowerCase().replace(/[^a-z0-9-]+/g, ' ')} `
  const found = (Object.keys(TOPICS) as TopicCode[]).filter((code) =>
    TOPICS[code].words.some((word) => words.includes(` ${word} `)),
  )
  return [...new Set([...chosen, ...found])].slice(0, MAX_TOPICS).sort()
}
