import type { z } from 'zod'
import type { JsonObject } from '../event-log/event.ts'

export type SubgraphName = 'circles' | 'creators' | 'incentives' | 'insights' | 'live' | 'posts' | 'trading'

/**
 * `FACT`: for ever, what happened to a post, a trade, a membership. `PASSING`: a day, then it goes with its partition; what
 * consumers and research need is no passing event.
 */
export type Kept = 'FACT' | 'PASSING'

/**
 * Who may see it besides the subgraphs that `consumers` names. `NOBODY`: it is between subgraphs. Otherwise a LOG field shows
 * it, to everybody, to the user or the members of the circle that its stream is of, or to gateways.
 */
export type Audience = 'NOBODY' | 'EVERYBODY' | 'ITS_USER' | 'ITS_CIRCLE' | 'GATEWAYS'

/**
 * What becomes of the later facts of its stream while a consumer cannot handle one: they `WAIT` for it, because they build on it,
 * or `GO_ON` without.
 */
export type AfterFailure = 'WAIT' | 'GO_ON'

/** What an event says, as it is stored under an older version, made into what the next version says. */
export type Lift = (stored: JsonObject) => JsonObject

type Schema = z.ZodObject

/** One type of event, as the whole platform knows it. */
export type EventDefinition<Type extends string = string, Payload extends Schema = Schema, Key = never> = {
  /** `<owner>.<PastTense>`; only its owner may emit it. */
  readonly type: Type
  /** When it is told, as a sentence for `docs/events.md`. */
  readonly about: string
  readonly kept: Kept
  /** The stream that it stands in, as `docs/events.md` shows it. Facts and passing events never share a stream. */
  readonly stream: string
  /** By those members of the payload that tell the stream. */
  readonly streamOf: (key: Key) => string
  /** What an event says in its newest version. Internal values inside, JSON where it is stored. */
  readonly payload: Payload
  /** From 1; stored with each event. */
  readonly version: number
  /** From each older version to the next, the first one first: one less than `version`. */
  readonly lifts: readonly Lift[]
  /** The subgraphs beside its owner that read it. The logins of others see nothing of it. */
  readonly consumers: readonly SubgraphName[]
  readonly audience: Audience
  readonly afterFailure: AfterFailure
}

/** What an event of `Definition` says, in internal values. */
export type PayloadOf<Definition extends EventDefinition> = z.output<Definition['payload']>

export const defineEvent = <const Type extends string, Payload extends Schema, Key>(
  type: Type,
  {
    lifts = [],
    consumers = [],
    audience = 'NOBODY',
    afterFailure = 'WAIT',
    ...rest
  }: Pick<EventDefinition<Type, Payload, Key>, 'about' | 'kept' | 'stream' | 'streamOf' | 'payload'> &
    Partial<Pick<EventDefinition<Type, Payload>, 'lifts' | 'consumers' | 'audience' | 'afterFailure'>>,
): EventDefinition<Type, Payload, Key> => ({ type, ...rest, lifts, version: lifts.length + 1, consumers, audience, afterFailure })

/** One stream for each value of the payload's member `field`. */
export const streamBy = <const Field extends string>(prefix: string, field: Field) => ({
  stream: `${prefix}:<${field}>`,
  streamOf: (key: { readonly [Each in Field]: string }) => `${prefix}:${key[field]}`,
})

/** The subgraph whose event it is. */
export const ownerOf = ({ type }: Pick<EventDefinition, 'type'>): string => type.slice(0, type.indexOf('.'))
