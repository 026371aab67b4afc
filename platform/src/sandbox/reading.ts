import { mulberry32, seedOf } from '@planet/runtime/random'
import type { Person } from '../people.ts'
import { type Api, mustMutate } from './api.ts'
import { readers } from './cast.ts'
import type { SandboxPost } from './publishing.ts'

/** What a reader does with a post; drawn from the names of both, so that every run draws the same. */
type Reaction = {
  readonly reader: Person
  readonly post: SandboxPost
  readonly views: boolean
  readonly clicks: boolean
  readonly trades: 'NEVER' | 'WITH_TICKET' | 'WITHOUT_TICKET'
  readonly isContrarian: boolean
}

export function reactionsTo(posts: readonly SandboxPost[]): Reaction[] {
  return posts.flatMap((post) =>
    readers.map((reader): Reaction => {
      const draw = mulberry32(seedOf(`${post.publishedAt} ${post.author} ${post.symbol} ${post.venue} ${reader.name}`))
      const views = draw() < 0.8
      const clicks = views && draw() < 0.6
      const trade = draw()
      const trades = clicks && trade < 0.5 ? 'WITH_TICKET' : views && trade < 0.6 ? 'WITHOUT_TICKET' : 'NEVER'
      return { reader, post, views, clicks, trades, isContrarian: draw() < 0.1 }
    }),
  )
}

const keyOf = (what: string, post: SandboxPost) => ({
  idempotencyKey: `sandbox ${what} ${post.id}`,
})

/** Readers act side by side, each in the order of the posts. */
async function byReader(reactions: readonly Reaction[], act: (reaction: Reaction) => Promise<unknown>): Promise<void> {
  const ofReaders = [...Map.groupBy(reactions, ({ reader }) => reader).values()]
  await Promise.all(
    ofReaders.map(async (own) => {
      for (const reaction of own) await act(reaction)
    }),
  )
}

export const view = (api: Api, reactions: readonly Reaction[]): Promise<void> =>
  byReader(
    reactions.filter(({ views }) => views),
    ({ reader, post }) =>
      mustMutate(api, reader, 'recordTouch', '', {
        ...keyOf('view', post),
        postId: post.id,
        kind: 'VIEW',
        surface: 'FEED',
        visibleMs: 8_000,
      }),
  )

export const click = (api: Api, reactions: readonly Reaction[]): Promise<void> =>
  byReader(
    reactions.filter(({ clicks }) => clicks),
    ({ reader, post }) =>
      mustMutate(api, reader, 'recordTouch', '', { ...keyOf('click', post), postId: post.id, kind: 'CLICK', surface: 'FEED' }),
  )

const TICKET = '... on CreateOrderTicketSuccess { ticket { attributionToken } }'

/** Who trades from the post opens a ticket on it. Returns the tokens by reaction. */
export async function openTickets(api: Api, reactions: readonly Reaction[]): Promise<Map<Reaction, string>> {
  const tokens = new Map<Reaction, string>()
  await byReader(
    reactions.filter(({ trades }) => trades === 'WITH_TICKET'),
    async (reaction) => {
      const { reader, post } = reaction
      const { ticket } = await mustMutate(api, reader, 'createOrderTicket', TICKET, { ...keyOf('ticket', post), postId: post.id })
      tokens.set(reaction, ticket.attributionToken)
    },
  )
  return tokens
}

/** Orders of those who trade, with their tickets' tokens or without. */
export const order = (api: Api, reactions: readonly Reaction[], tokens: ReadonlyMap<Reaction, string>): Promise<void> =>
  byReader(
    reactions.filter(({ trades }) => trades !== 'NEVER'),
    (reaction) => {
      const { reader, post, isContrarian } = reaction
      const isBuy = (post.side === 'LONG') !== isContrarian
      return mustMutate(api, reader, 'placeOrder', '', {
        ...keyOf('order', post),
        attributionToken: tokens.get(reaction) ?? null,
        instrumentId: post.instrumentId,
        side: isBuy ? 'BUY' : 'SELL',
        quantity: post.symbol.startsWith('AAPL') ? '10' : '0.25',
      })
    },
  )
