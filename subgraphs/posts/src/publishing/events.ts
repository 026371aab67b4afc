import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { PostEdited, PostPublished, SignalPublished } from '@planet/runtime/events/posts'
import { type Id, requireId } from '@planet/runtime/ids'
import type { Cashtag } from '../references/domain/cashtag.ts'
import type { PostVersionRow } from './db/post-version.ts'
import type { posts, signals } from './db/tables.ts'

/** What a post is about, for those who open tickets on it and link trades to it. */
const namedBy = (cashtags: readonly Cashtag[], signal: typeof signals.$inferSelect | null) => {
  const instrumentIds = [
    ...(signal ? [signal.instrumentId] : []),
    ...cashtags.map(({ instrumentId }) => requireId<'Instrument'>(instrumentId)),
  ]
  return {
    instrumentIds: [...new Set(instrumentIds)],
    baseAssets: [...new Set(cashtags.map(({ baseAsset }) => baseAsset))],
  }
}

export const emitPostPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect | null) => {
  const { id: postId, authorId, kind, audience, circleId, origin, partnerAppId, cashtags, publishedAt } = post
  return emit(tx, PostPublished, publishedAt, {
    postId,
    authorId,
    kind,
    audience,
    circleId,
    origin,
    partnerAppId,
    ...namedBy(cashtags, signal),
    publishedAt,
    signal: signal && {
      signalId: signal.id,
      instrumentId: signal.instrumentId,
      side: signal.side,
      entryKind: signal.entryKind,
      entry: signal.entry,
      entryExpiresAt: signal.entryExpiresAt,
      stop: signal.stop,
      targets: signal.targets.map(({ price, fraction }) => ({ price, fraction })),
      expiresAt: signal.expiresAt,
      conviction: signal.conviction,
      moveStopToEntryAfter: signal.moveStopToEntryAfter,
      strategyId: null,
    },
  })
}

export const emitPostEdited = (
  tx: Tx,
  authorId: Id<'User'>,
  { postId, version: textVersion, cashtags, writtenAt }: PostVersionRow,
  signal: typeof signals.$inferSelect | null,
) => emit(tx, PostEdited, writtenAt, { postId, authorId, textVersion, ...namedBy(cashtags, signal), editedAt: writtenAt })

/** After `PostPublished`: those who follow signals read nothing else. */
export const emitSignalPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect) =>
  emit(tx, SignalPublished, post.publishedAt, {
    postId: post.id,
    signalId: signal.id,
    authorId: post.authorId,
    instrumentId: signal.instrumentId,
  })
