import type { Api, Data } from './api.ts'
import { analyst } from './cast.ts'

const CANDIDATES = `query ($after: Cursor) {
  publicFeed(first: 50, after: $after, filter: { kinds: [SIGNAL] }) {
    edges { node { id signal { outcome { state } } linkedTrades(first: 1) { totalCount eligibleCount } liveSessions(first: 1) { edges { node { id consensus { state } } } } } }
    pageInfo { hasNextPage endCursor }
  }
}`

/** The settled signal with a formed consensus that led to most trades; the latest of equals. Throws if there is none. */
export async function chooseFeatured(api: Api): Promise<{ postId: string; sessionId: string }> {
  let best: { postId: string; sessionId: string; trades: number } | null = null
  for (let after: string | null = null; ; ) {
    const { publicFeed }: Data = await api(analyst, CANDIDATES, { after })
    for (const { node } of publicFeed.edges) {
      const session = node.liveSessions.edges[0]?.node
      const trades = node.linkedTrades.eligibleCount ?? 0
      if (node.signal.outcome?.state !== 'SETTLED' || session?.consensus?.state !== 'FORMED' || trades <= (best?.trades ?? 0))
        continue
      best = { postId: node.id, sessionId: session.id, trades }
    }
    if (!publicFeed.pageInfo.hasNextPage) break
    after = publicFeed.pageInfo.endCursor
  }
  if (!best) throw new Error('the sandbox has no settled signal with linked trades and a consensus to show')
  return { postId: best.postId, sessionId: best.sessionId }
}
