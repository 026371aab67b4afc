import type { Tx } from '@planet/runtime/database'
import { emit } from '@planet/runtime/event-log/append'
import { PostPublished, SignalPublished } from '@planet/runtime/events/posts'
import { requireId } from '@planet/runtime/ids'
import type { posts, signals } from './db/tables.ts'

export const emitPostPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect | null) => {
  const { id: postId, authorId, kind, audience, circleId, cashtags, publishedAt } = post
  const instrumentIds = [
    ...(signal ? [signal.instrumentId] : []),
    ...cashtags.map(({ instrumentId }) => requireId<'Instrument'>(instrumentId)),
  ]
  return emit(tx, PostPublished, publishedAt, {
    postId,
    authorId,
    kind,
    audience,
    circleId,
    instrumentIds: [...new Set(instrumentIds)],
    baseAssets: [...new Set(cashtags.map(({ baseAsset }) => baseAsset))],
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
    },
  })
}

/** After `PostPublished`: those who follow signals read nothing else. */
export const emitSignalPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect) =>
  emit(tx, SignalPublished, post.publishedAt, {
    postId: post.id,
    signalId: signal.id,
    authorId: post.authorId,
    instrumentId: signal.instrumentId,
  })
