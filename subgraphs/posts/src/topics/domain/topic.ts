/** The topics of the platform, and the words that sort a post into each. */
const TOPICS = [
  {
    code: 'DERIVATIVES_SENTIMENT',
    name: 'Derivatives sentiment',
    words: ['funding', 'open interest', 'perpetual', 'liquidation', 'liquidations', 'basis'],
  },
  { code: 'ETF_FLOWS', name: 'ETF flows', words: ['etf', 'etfs', 'inflow', 'inflows', 'outflow', 'outflows'] },
  { code: 'MACRO', name: 'Macro', words: ['fed', 'fomc', 'cpi', 'inflation', 'rates', 'dollar', 'earnings'] },
  { code: 'MOMENTUM', name: 'Momentum', words: ['breakout', 'momentum', 'trend', 'moving average'] },
  { code: 'MEAN_REVERSION', name: 'Mean reversion', words: ['oversold', 'overbought', 'rsi', 'reversion', 'fade'] },
  { code: 'ONCHAIN', name: 'On-chain', words: ['on-chain', 'onchain', 'hashrate', 'whale', 'whales', 'mempool'] },
  { code: 'PROJECT', name: 'Projects', words: ['roadmap', 'tokenomics', 'mainnet', 'testnet', 'airdrop'] },
  { code: 'RISK_EDU', name: 'Risk education', words: ['risk', 'drawdown', 'position size', 'position sizing'] },
  { code: 'STABLECOINS', name: 'Stablecoins', words: ['stablecoin', 'stablecoins', 'usdc', 'usdt', 'redemption', 'redemptions'] },
] as const

export type TopicCode = (typeof TOPICS)[number]['code']
export type Topic = { readonly code: TopicCode; readonly name: string }

/** At most so many topics a post has; the author's come first. */
const MAX_TOPICS = 8

/** By name, as readers see them. */
export const topics: readonly Topic[] = TOPICS.map(({ code, name }) => ({ code, name })).sort((a, b) =>
  a.name < b.name ? -1 : 1,
)

const byCode = new Map<string, Topic>(topics.map((topic) => [topic.code, topic]))

/** Null for a code that names no topic. */
export const findTopic = (code: string): Topic | null => byCode.get(code) ?? null

/** The author's topics and those whose words stand in the text as whole words; sorted by code, at most 8, the author's kept first. */
export function classifyTopics(chosen: readonly TopicCode[], text: string): TopicCode[] {
  const words = ` ${text.toLowerCase().replace(/[^a-z0-9-]+/g, ' ')} `
  const found = TOPICS.filter((topic) => topic.words.some((word) => words.includes(` ${word} `))).map(({ code }) => code)
  return [...new Set([...chosen, ...found])].slice(0, MAX_TOPICS).sort()
}
