import { randomUUID } from 'node:crypto'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { bytesOfKey } from '@planet/runtime/text-cache'
import type { Viewer } from '@planet/runtime/viewer'
import type { Operation } from '../admission/admission.ts'
import { type Price, toldCost } from '../admission/cost/price.ts'
import { answerOf } from '../answer.ts'
import type { SubscriptionPlan } from '../engine/engine.ts'
import { failedResult } from '../masking.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import { type Feed, type FeedDeps, openFeed } from './feed.ts'
import { type Frame, frameOf, frameOfErrors, frameWith } from './frame.ts'
import type { Generation } from './generation.ts'
import type { Member } from './group.ts'
import { keyOf, type SubscriptionText } from './identity.ts'
import type { Subscriber, Subscription } from './subscriber.ts'

/** Counters since the start, and what there is now. */
export type HubStats = {
  readonly subscriptions: number
  /** Upstreams that are open; equal subscriptions share one. */
  readonly groups: number
  /** Events that were executed and written, once per group. */
  readonly frames: number
  /** Subscriptions that were ended because their client did not read. */
  readonly slowConsumers: number
  /** Upstreams that were opened again after they were lost. */
  readonly failovers: number
}

/** What a client wants of a subscription, whatever its operation says. */
type Wish = {
  /** Where a LOG goes on: counts before what the operation says. */
  readonly after?: string | null | undefined
  /** What results are told to have cost; null where nobody asked. */
  readonly price?: Price | null
}

/** Holds every subscription of the gateway, whatever it comes over. */
export type Hub = {
  /** Never rejects: what is refused is the subscription's end. */
  subscribe(
    generation: Generation,
    operation: Operation,
    viewer: Viewer | null,
    subscriber: Subscriber,
    wish?: Wish,
  ): Promise<Subscription>
  /** Takes no new subscription from now on. */
  refuse(): void
  /** Ends what is left, as `Subscription.drain` does. */
  drain(retryAfterMs: () => number): void
  stats(): HubStats
}

/** Of the heap, for a document with its plan; measured, rounded up. */
const BYTES_PER_TOKEN = 600

/** Equal subscriptions: those that follow, and those that read up. */
type Lane = { readonly key: string; readonly bytes: number; live: Feed | null; readonly replays: Map<Entry, Feed> }

/** One subscription. `feed` and `lane` are null until its plan is there. */
type Entry = Member & {
  readonly after: string | null
  readonly price: Price | null
  feed: Feed | null
  lane: Lane | null
  isOver: boolean
}

/** What a lane's feeds are of. */
type Kind = {
  readonly lane: Lane
  readonly generation: Generation
  readonly plan: SubscriptionPlan
  readonly operation: Operation
  readonly text: SubscriptionText
  readonly viewer: Viewer | null
  readonly price: Price | null
}

export function createHub(options: {
  readonly calls: SubgraphCalls
  readonly log: Logger
  readonly failoverMs: number
  /** Largest estimate of what unlike subscriptions take together. */
  readonly subscriptionBytes: number
}): Hub {
  const lanes = new Map<string, Lane>()
  const entries = new Set<Entry>()
  let laneBytes = 0
  const counts = { groups: 0, frames: 0, slowConsumers: 0, failovers: 0 }
  let isRefusing = false
  const deps: FeedDeps = {
    ...options,
    onFailover: () => void counts.failovers++,
    onSlow: () => void counts.slowConsumers++,
    onFrames: (count) => void (counts.frames += count),
  }

  const closeFeed = (feed: Feed) => {
    counts.groups--
    feed.close()
  }

  const refusalFrame = (error: unknown) => frameOf(answerOf(failedResult(error, randomUUID(), options.log)))

  /** Closes what nobody of a lane needs any more. */
  const settle = (lane: Lane) => {
    // One that reads up alone follows its own upstream when it is done; two will share one.
    if (lane.live && lane.live.group.members.size === 0 && lane.replays.size < 2) {
      closeFeed(lane.live)
      lane.live = null
    }
    if (!lane.live && lane.replays.size === 0 && lanes.delete(lane.key)) laneBytes -= lane.bytes
  }

  const leaveLane = (entry: Entry) => {
    const { lane, feed } = entry
    entry.feed = null
    if (!lane) return
    feed?.group.leave(entry)
    const replay = lane.replays.get(entry)
    if (replay) {
      lane.replays.delete(entry)
      closeFeed(replay)
    }
    settle(lane)
  }

  /** Lets a subscription that has read up share the upstream of those that follow. */
  const merge = (lane: Lane, entry: Entry, replay: Feed) => {
    const { live } = lane
    const cursor = replay.group.cursor()
    if (!live || cursor === null || !live.group.has(cursor) || entry.subscriber.whenSent()) return
    lane.replays.delete(entry)
    replay.group.leave(entry)
    closeFeed(replay)
    entry.feed = live
    live.group.join(entry, cursor)
  }

  const openLive = (kind: Kind): Feed => {
    const { lane } = kind
    counts.groups++
    const feed = openFeed(deps, {
      ...kind,
      after: null,
      isPaced: false,
      onReached() {
        for (const [entry, replay] of lane.replays) merge(lane, entry, replay)
      },
      onEnd() {
        if (lane.live !== feed) return
        counts.groups--
        lane.live = null
        settle(lane)
      },
    })
    lane.live = feed
    return feed
  }

  const openReplay = (kind: Kind, entry: Entry, after: string): Feed => {
    const { lane } = kind
    counts.groups++
    const feed = openFeed(deps, {
      ...kind,
      after,
      isPaced: true,
      onReached: () => merge(lane, entry, feed),
      onEnd() {
        if (!lane.replays.delete(entry)) return
        counts.groups--
        settle(lane)
      },
    })
    lane.replays.set(entry, feed)
    return feed
  }

  /** Where a subscription can join at once. */
  const liveFor = (key: string, after: string | null): Feed | null => {
    const live = lanes.get(key)?.live ?? null
    return live && (after === null || live.group.has(after)) ? live : null
  }

  const laneOf = (key: string, bytes: number): Lane => {
    const known = lanes.get(key)
    if (known) return known
    const made: Lane = { key, bytes, live: null, replays: new Map() }
    lanes.set(key, made)
    laneBytes += bytes
    return made
  }

  const open = async (
    generation: Generation,
    operation: Operation,
    viewer: Viewer | null,
    entry: Entry,
    text: SubscriptionText,
  ) => {
    const { after, price } = entry
    // A text with costs is one for all who asked, and the others' has none.
    const key = `${generation.id}${price ? ' with costs' : ''}\n${keyOf(text, operation, viewer)}`
    const bytes = bytesOf(key, operation)
    if (!lanes.has(key) && laneBytes + bytes > options.subscriptionBytes) throw tooManyUnlike()
    const plan = liveFor(key, after) ? null : await generation.engine.planSubscription(operation)
    if (entry.isOver) return
    const lane = laneOf(key, bytes)
    entry.lane = lane
    const live = liveFor(key, after)
    if (live || !plan) {
      entry.feed = live
      return live?.group.join(entry, after)
    }
    const kind: Kind = { lane, generation, plan, operation, text, viewer: text.isPublic ? null : viewer, price }
    const feed = after === null ? openLive(kind) : openReplay(kind, entry, after)
    entry.feed = feed
    feed.group.join(entry, after)
    if (after !== null && !lane.live && lane.replays.size > 1) openLive(kind)
  }

  return {
    async subscribe(generation, operation, viewer, subscriber, { after: given = null, price = null } = {}) {
      const text = generation.texts.read(operation)
      const end = (last: Frame | null) => subscriber.end(last && price ? frameWith(last, toldCost(price, 0)) : last)
      const refuse = (reason: Frame) => {
        end(reason)
        return { leave() {}, drain() {} }
      }
      let after = given
      try {
        if (text.delivery !== 'LOG' || after === null) after = generation.texts.afterOf(text, operation)
      } catch (error) {
        return refuse(refusalFrame(error))
      }
      if (isRefusing) return refuse(draining(after, RETRY_MS))
      const release = generation.retain()
      const finish = () => {
        entry.isOver = true
        entries.delete(entry)
        leaveLane(entry)
        release()
      }
      const entry: Entry = {
        subscriber,
        operation,
        after,
        price,
        feed: null,
        lane: null,
        isOver: false,
        end(last) {
          if (entry.isOver) return
          finish()
          end(last)
        },
      }
      entries.add(entry)
      try {
        await open(generation, operation, viewer, entry, text)
      } catch (error) {
        entry.end(refusalFrame(error))
      }
      return {
        leave() {
          if (!entry.isOver) finish()
        },
        drain: (retryAfterMs) => drainEntry(entry, retryAfterMs),
      }
    },
    refuse() {
      isRefusing = true
    },
    drain(retryAfterMs) {
      for (const entry of entries) drainEntry(entry, retryAfterMs())
    },
    stats: () => ({ ...counts, subscriptions: entries.size }),
  }
}

const bytesOf = (key: string, { query, document }: Operation) =>
  bytesOfKey(key) + 2 * bytesOfKey(query) + BYTES_PER_TOKEN * (document.tokenCount ?? query.length)

const tooManyUnlike = () => codedError('RATE_LIMITED', 'Too many unlike subscriptions are open. Try again later.')

const drainEntry = (entry: Entry, retryAfterMs: number) =>
  entry.end(draining(entry.feed?.group.cursor() ?? entry.after, retryAfterMs))

/** When to try another gateway, which is there already. */
const RETRY_MS = 1_000

const draining = (cursor: string | null, retryAfterMs: number): Frame =>
  frameOfErrors([
    codedError('SUBSCRIPTION_DRAINING', 'This gateway goes away. Subscribe again, after `cursor`.', { cursor, retryAfterMs }),
  ])
