import { on } from '@planet/runtime/event-log/consumer'
import { MembershipChanged } from '@planet/runtime/events/circles'
import { CreatorProfileOpened, IdentityChecked, UserRegistered } from '@planet/runtime/events/creators'
import { SessionChanged } from '@planet/runtime/events/live'
import { PostEdited, PostPublished, PostRetracted } from '@planet/runtime/events/posts'
import { InstrumentListed } from '@planet/runtime/events/trading'
import { findInstrument } from './db/instrument.ts'
import {
  insertCreatorOnce,
  insertInstrumentOnce,
  insertPostOnce,
  insertPostVersionOnce,
  insertSessionOnce,
  insertUserOnce,
  setIdentityCluster,
  setMembership,
  setRetracted,
} from './db/writes.ts'

/** Keeps the copies of who is who, who is in which circle, which sessions there are, what is listed and what is published. */
export const copyHandlers = [
  on(UserRegistered, (tx, { userId }) => insertUserOnce(tx, userId)),
  on(IdentityChecked, (tx, { userId, identityClusterId }) => setIdentityCluster(tx, userId, identityClusterId)),
  on(CreatorProfileOpened, (tx, { creatorId }) => insertCreatorOnce(tx, creatorId)),
  on(SessionChanged, (tx, { sessionId }) => insertSessionOnce(tx, sessionId)),
  on(MembershipChanged, (tx, { circleId, userId, revision, state }) =>
    setMembership(tx, { circleId, userId, revision, isMember: state === 'MEMBER' }),
  ),
  on(InstrumentListed, (tx, { instrumentId, baseAsset, quoteAsset }) =>
    insertInstrumentOnce(tx, { id: instrumentId, baseAsset, quoteAsset }),
  ),
  on(PostPublished, async (tx, { postId, authorId, audience, circleId, publishedAt, instrumentIds, baseAssets, signal }) => {
    const instrument = signal && (await findInstrument(tx, signal.instrumentId))
    await insertPostOnce(tx, {
      id: postId,
      authorId,
      audience,
      circleId,
      publishedAt,
      signalSide: signal?.side ?? null,
      signalInstrumentId: signal?.instrumentId ?? null,
      signalBaseAsset: instrument?.baseAsset ?? null,
    })
    await insertPostVersionOnce(tx, { postId, version: 1, instrumentIds, baseAssets, writtenAt: publishedAt })
  }),
  on(PostEdited, (tx, { postId, textVersion: version, instrumentIds, baseAssets, editedAt: writtenAt }) =>
    insertPostVersionOnce(tx, { postId, version, instrumentIds, baseAssets, writtenAt }),
  ),
  on(PostRetracted, (tx, { postId, retractedAt }) => setRetracted(tx, postId, retractedAt)),
]
