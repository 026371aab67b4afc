import { findInstrument } from './db/instrument.ts'
import {
  insertInstrumentOnce,
  insertPostOnce,
  insertUserOnce,
  setIdentityCluster,
  setMembership,
  setRetracted,
} from './db/writes.ts'
import type { Handler } from './events.ts'

type Copied =
  | 'creators.UserRegistered'
  | 'creators.IdentityChecked'
  | 'circles.MembershipChanged'
  | 'trading.InstrumentListed'
  | 'posts.PostPublished'
  | 'posts.PostRetracted'

/** Keeps the copies of who is who, who is in which circle, what is listed and what is published. */
export const copyHandlers: { readonly [Type in Copied]: Handler<Type> } = {
  'creators.UserRegistered': (tx, { userId }) => insertUserOnce(tx, userId),
  'creators.IdentityChecked': (tx, { userId, identityClusterId }) => setIdentityCluster(tx, userId, identityClusterId),
  'circles.MembershipChanged': (tx, { state, ...membership }) =>
    setMembership(tx, { ...membership, isMember: state === 'MEMBER' }),
  'trading.InstrumentListed': (tx, { instrumentId, ...assets }) => insertInstrumentOnce(tx, { id: instrumentId, ...assets }),
  'posts.PostPublished': async (tx, { postId, signal, ...post }) => {
    const instrument = signal && (await findInstrument(tx, signal.instrumentId))
    await insertPostOnce(tx, {
      ...post,
      id: postId,
      signalSide: signal?.side ?? null,
      signalInstrumentId: signal?.instrumentId ?? null,
      signalBaseAsset: instrument?.baseAsset ?? null,
    })
  },
  'posts.PostRetracted': (tx, { postId, retractedAt }) => setRetracted(tx, postId, retractedAt),
}
