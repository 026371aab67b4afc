import type { Tx } from '@planet/runtime/database'
import { formatDecimal } from '@planet/runtime/decimal'
import { emit, type LoggedEvent } from '@planet/runtime/event-log/log'
import { type Id, requireId } from '@planet/runtime/ids'
import { z } from 'zod'
import type { posts, signals } from './db/tables.ts'

/** Carries the whole plan, because the subgraph that judges it may not ask for it. */
export const emitPostPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect | null) =>
  emit(tx, {
    stream: `creator:${post.authorId}`,
    type: 'posts.PostPublished',
    at: post.publishedAt,
    payload: {
      postId: post.id,
      authorId: post.authorId,
      kind: post.kind,
      audience: post.audience,
      circleId: post.circleId,
      instrumentIds: [
        ...new Set([...(signal ? [signal.instrumentId] : []), ...post.cashtags.map((cashtag) => cashtag.instrumentId)]),
      ],
      baseAssets: [...new Set(post.cashtags.map((cashtag) => cashtag.baseAsset))],
      publishedAt: post.publishedAt.toISOString(),
      signal: signal && {
        signalId: signal.id,
        instrumentId: signal.instrumentId,
        side: signal.side,
        entryKind: signal.entryKind,
        entry: formatDecimal(signal.entry),
        entryExpiresAt: signal.entryExpiresAt?.toISOString() ?? null,
        stop: formatDecimal(signal.stop),
        targets: signal.targets.map(({ price, fraction }) => ({ price, fraction })),
        expiresAt: signal.expiresAt.toISOString(),
        conviction: signal.conviction,
        moveStopToEntryAfter: signal.moveStopToEntryAfter,
      },
    },
  })

/** The stream of a creator's public signals, in which `seq` counts them. */
export const signalsStream = (creatorId: Id<'User'>): string => `signals:${creatorId}`

export const SIGNAL_PUBLISHED = 'posts.SignalPublished'

/** Besides `PostPublished`, and after it: those who follow signals read nothing else. */
export const emitSignalPublished = (tx: Tx, post: typeof posts.$inferSelect, signal: typeof signals.$inferSelect) =>
  emit(tx, {
    stream: signalsStream(post.authorId),
    type: SIGNAL_PUBLISHED,
    at: post.publishedAt,
    payload: { postId: post.id, signalId: signal.id, authorId: post.authorId, instrumentId: signal.instrumentId },
  })

const SignalPublished = z.object({ postId: z.uuid().transform((id) => requireId<'Post'>(id)), instrumentId: z.uuid() })

export const readSignalPublished = (event: LoggedEvent) => SignalPublished.parse(event.payload)

export const emitPostRetracted = (
  tx: Tx,
  payload: { readonly postId: string; readonly authorId: string; readonly signalId: string | null; readonly retractedAt: Date },
) =>
  emit(tx, {
    stream: `creator:${payload.authorId}`,
    type: 'posts.PostRetracted',
    at: payload.retractedAt,
    payload: { ...payload, retractedAt: payload.retractedAt.toISOString() },
  })
