import type { Tx } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import { findCircleIdsOfUser } from '../../copies/db/circle-member.ts'
import { isCreator } from '../../copies/db/creator.ts'
import { findInstrumentsNamed } from '../../copies/db/instrument.ts'
import type { PostKind } from '../../generated/resolvers.ts'
import { type Cashtag, findCashtagSymbols, resolveCashtags } from '../../references/domain/cashtag.ts'
import { type ExternalRef, storedExternalRefs } from '../../references/domain/external-ref.ts'
import { classifyTopics, findTopic } from '../../topics/domain/topic.ts'
import { insertPost } from '../db/post-writes.ts'
import { insertSignal } from '../db/signal-writes.ts'
import type { posts, signals } from '../db/tables.ts'
import type { Origin } from '../domain/origin.ts'
import { type PostDraft, type PostText, textOf } from '../domain/post.ts'
import { emitPostPublished, emitSignalPublished } from '../events.ts'

/** The refusal of an author who may not publish this; null for one who may. */
export async function refuseAuthor(tx: Tx, authorId: Id<'User'>, circleId: Id<'Circle'> | null) {
  if (!(await isCreator(tx, authorId))) {
    return {
      __typename: 'NotACreator' as const,
      code: 'NOT_A_CREATOR',
      message: 'Open a creator profile first; it takes up to a second to be known here.',
    }
  }
  if (circleId !== null && !(await findCircleIdsOfUser(tx, authorId)).includes(circleId)) {
    return {
      __typename: 'NotACircleMember' as const,
      code: 'NOT_A_CIRCLE_MEMBER',
      message: 'Only members of a circle may publish in it.',
    }
  }
  return null
}

export async function findCashtags(tx: Tx, draft: PostText): Promise<Cashtag[]> {
  const text = textOf(draft)
  const symbols = findCashtagSymbols(text)
  return symbols.length === 0 ? [] : resolveCashtags(text, await findInstrumentsNamed(tx, symbols))
}

/** Stores what has been checked, with its events. `plan` carries its own id. */
export async function storePost(
  tx: Tx,
  post: {
    readonly id: Id<'Post'>
    readonly authorId: Id<'User'>
    readonly kind: PostKind
    readonly circleId: Id<'Circle'> | null
    readonly origin: Origin
    readonly now: Date
  },
  draft: PostDraft & { readonly externalRefs: readonly ExternalRef[] },
  cashtags: readonly Cashtag[],
  plan: Omit<typeof signals.$inferSelect, 'postId'> | null,
): Promise<void> {
  const { id, authorId, kind, circleId, origin, now } = post
  const chosenTopics = draft.topics.flatMap((code) => findTopic(code)?.code ?? [])
  const row: typeof posts.$inferSelect = {
    id,
    authorId,
    kind,
    circleId,
    audience: draft.audience,
    ...origin,
    chosenTopics,
    topics: classifyTopics(chosenTopics, textOf(draft)),
    cashtags,
    version: 1,
    publishedAt: now,
    retractedAt: null,
  }
  const signal = plan && { ...plan, postId: id }
  const externalRefs = storedExternalRefs(draft.externalRefs)
  await insertPost(tx, row, { title: draft.title.trim(), body: draft.body.trim(), externalRefs })
  if (signal) await insertSignal(tx, signal)
  await emitPostPublished(tx, row, signal)
  if (signal && row.audience === 'PUBLIC') await emitSignalPublished(tx, row, signal)
}
