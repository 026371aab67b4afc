import { decimal, formatDecimal } from '@planet/runtime/decimal'
import type { Person } from '../people.ts'
import { type Api, type Data, mustMutate } from './api.ts'
import { authors, host } from './cast.ts'
import type { MarketCandle } from './rules.ts'

/** An instrument and the coarsest interval of its candles. */
export type Market = { readonly id: string; readonly symbol: string; readonly venue: string; readonly interval: string }

/** A signal that the sandbox's people may meet. */
export type SandboxPost = {
  readonly id: string
  readonly title: string
  readonly author: string
  readonly instrumentId: string
  readonly symbol: string
  readonly venue: string
  readonly side: 'LONG' | 'SHORT'
  readonly publishedAt: string
}

const CANDLES =
  'query ($id: ID!, $interval: CandleInterval!) { instrument(id: $id) { candles(interval: $interval, first: 30) { edges { node { open high low close } } } } }'

/** The last closed candles of the market's coarsest interval, oldest first. */
async function readCandles(api: Api, market: Market): Promise<MarketCandle[]> {
  const { instrument } = await api(null, CANDLES, { id: market.id, interval: market.interval })
  const nodes: Record<keyof MarketCandle, string>[] = instrument.candles.edges.map((edge: Data) => edge.node)
  return nodes
    .reverse()
    .map(({ open, high, low, close }) => ({ open: decimal(open), high: decimal(high), low: decimal(low), close: decimal(close) }))
}

const MARKETS = '{ instruments(first: 100) { edges { node { id symbol venue intervals } } } }'

/** Every listed instrument that has candles. */
export async function readMarkets(api: Api): Promise<Market[]> {
  const { instruments } = await api(null, MARKETS)
  return instruments.edges.flatMap(({ node: { id, symbol, venue, intervals } }: Data): Market[] => {
    const interval = intervals.at(-1)
    return interval ? [{ id, symbol, venue, interval }] : []
  })
}

/** Every author looks at every market and publishes what the rule says. */
export async function publishIdeas(
  api: Api,
  markets: readonly Market[],
  day: string,
  dayNumber: number,
  circleId: string,
): Promise<SandboxPost[]> {
  const published: SandboxPost[] = []
  for (const market of markets) {
    const candles = await readCandles(api, market)
    if (candles.length < 25) continue
    for (const { person, rule } of authors) {
      const idea = rule(market.symbol, candles, dayNumber)
      if (!idea) continue
      const { post } = await mustMutate(api, person, 'publishSignal', '... on PublishSignalSuccess { post { id publishedAt } }', {
        idempotencyKey: `sandbox ${day} ${market.symbol} ${market.venue}`,
        title: idea.title,
        body: idea.body,
        instrumentId: market.id,
        side: idea.side,
        entry: formatDecimal(idea.entry),
        stop: formatDecimal(idea.stop),
        targets: idea.targets.map(({ price, fraction }) => ({ price: formatDecimal(price), fraction: formatDecimal(fraction) })),
        horizon: idea.horizon,
        conviction: idea.conviction,
        // The host's signals invite to the circle.
        circleId: person === host ? circleId : null,
      })
      published.push({
        id: post.id,
        title: idea.title,
        author: person.name,
        instrumentId: market.id,
        symbol: market.symbol,
        venue: market.venue,
        side: idea.side,
        publishedAt: post.publishedAt,
      })
    }
  }
  return published
}

/** What the host tells the circle alone. */
export const publishForCircle = (api: Api, person: Person, day: string, circleId: string) =>
  mustMutate(api, person, 'publishPost', '', {
    idempotencyKey: `sandbox circle ${day}`,
    kind: 'RECAP',
    title: `Week of ${day}`,
    body: 'What the week did to our open signals, and what risk is left. For members only.',
    topics: ['RISK_EDU'],
    audience: 'CIRCLE',
    circleId,
  })
