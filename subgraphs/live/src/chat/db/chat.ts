import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { and, eq } from 'drizzle-orm'
import { newSample, type Sample, SENDING } from '../domain/bullet.ts'
import { fullBucket, type TokenBucket } from '../domain/token-bucket.ts'
import { bulletBuckets, chats } from './tables.ts'

type SessionId = Id<'LiveSession'>

/** A session's chat so far. */
export type Chat = { readonly bulletCount: number; readonly sample: Sample }

/** Locks the chat until commit, so that its bullets are numbered and sampled one at a time. */
export async function lockChat(tx: Tx, sessionId: SessionId): Promise<Chat> {
  const [row] = await tx
    .insert(chats)
    .values({ sessionId, ...newSample() })
    .onConflictDoUpdate({ target: chats.sessionId, set: { sessionId } })
    .returning()
  if (!row) throw new Error(`no chat of ${sessionId}`)
  const { tokens, refilledAt, dropped } = row
  return { bulletCount: row.bulletCount, sample: { tokens, refilledAt, dropped } }
}

export async function updateChat(tx: Tx, sessionId: SessionId, { bulletCount, sample }: Chat): Promise<void> {
  const { tokens, refilledAt, dropped } = sample
  await tx.update(chats).set({ bulletCount, tokens, refilledAt, dropped }).where(eq(chats.sessionId, sessionId))
}

/** What the user may still send, locked until commit, so that two bullets at once do not spend one token. */
export async function lockBucket(tx: Tx, sessionId: SessionId, userId: Id<'User'>): Promise<TokenBucket> {
  const [row] = await tx
    .insert(bulletBuckets)
    .values({ sessionId, userId, ...fullBucket(SENDING) })
    .onConflictDoUpdate({ target: [bulletBuckets.sessionId, bulletBuckets.userId], set: { sessionId } })
    .returning()
  if (!row) throw new Error(`no bucket of ${userId} in ${sessionId}`)
  return { tokens: row.tokens, refilledAt: row.refilledAt }
}

export async function updateBucket(tx: Tx, sessionId: SessionId, userId: Id<'User'>, bucket: TokenBucket): Promise<void> {
  await tx
    .update(bulletBuckets)
    .set({ tokens: bucket.tokens, refilledAt: bucket.refilledAt })
    .where(and(eq(bulletBuckets.sessionId, sessionId), eq(bulletBuckets.userId, userId)))
}

export async function forgetBuckets(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.delete(bulletBuckets).where(eq(bulletBuckets.sessionId, sessionId))
}
