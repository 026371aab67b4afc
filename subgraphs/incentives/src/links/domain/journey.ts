import type { Id } from '@planet/runtime/ids'
import { expiresAt, isEffective, type Touch, touchesInWindow } from '../../touches/domain/touch.ts'

/** A touch with the base assets that the touched text is about. */
export type JourneyTouch = Pick<Touch, 'userId' | 'creatorId' | 'kind' | 'at' | 'visibleMs'> & {
  readonly baseAssets: readonly string[]
}

/** An order of a user that led to a trade worth counting. */
export type Conversion = { readonly userId: Id<'User'>; readonly baseAsset: string; readonly orderCreatedAt: Date }

/** One user's way to a decision about one base asset: whose content was touched, and whether it ended in a trade. */
export type Journey = {
  readonly userId: Id<'User'>
  readonly baseAsset: string
  /** Sorted, each once, never empty. */
  readonly creatorIds: readonly Id<'User'>[]
  readonly isConverted: boolean
  /** When the order was created, or when the last window closed without one. */
  readonly endedAt: Date
}

/** How often a set of creators was touched together, and how often a trade followed: `conversionCount <= journeyCount`. */
export type TouchSetCount = {
  /** Sorted, each once, never empty. */
  readonly creatorIds: readonly Id<'User'>[]
  readonly journeyCount: number
  readonly conversionCount: number
}

/**
 * The journeys that have ended by `now`. A journey of (user, base asset) starts with a touch, goes on with every touch while
 * any of its windows is open, and ends
 * - converted, with the creators of all touches whose window is open at the order (also of touches before an earlier trade); or
 * - not converted, with the creators of its touches, when its last window closes without an order.
 * An order without a new touch since the last one belongs to the same decision and is no journey: trading back and forth
 * after one touch raises nobody's conversion rate. The order of the arguments' items does not matter.
 */
export function endedJourneys(touches: readonly JourneyTouch[], conversions: readonly Conversion[], now: Date): Journey[] {
  const timelines = new Map<string, Timeline>()
  const timelineOf = (userId: Id<'User'>, baseAsset: string): Timeline => {
    const key = `${userId} ${baseAsset}`
    const timeline = timelines.get(key) ?? { userId, baseAsset, touches: [], conversions: [] }
    timelines.set(key, timeline)
    return timeline
  }
  for (const touch of touches) {
    if (!isEffective(touch) || touch.at > now) continue
    for (const baseAsset of new Set(touch.baseAssets)) timelineOf(touch.userId, baseAsset).touches.push(touch)
  }
  for (const conversion of conversions) {
    if (conversion.orderCreatedAt > now) continue
    timelineOf(conversion.userId, conversion.baseAsset).conversions.push(conversion.orderCreatedAt)
  }
  const sorted = [...timelines].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.flatMap(([, timeline]) => journeysOnTimeline(timeline, now))
}

/** The journeys by the set of creators touched, sorted by it. */
export function countTouchSets(journeys: readonly Journey[]): TouchSetCount[] {
  const counts = new Map<string, TouchSetCount>()
  for (const { creatorIds, isConverted } of journeys) {
    const key = creatorIds.join(' ')
    const { journeyCount, conversionCount } = counts.get(key) ?? { journeyCount: 0, conversionCount: 0 }
    counts.set(key, {
      creatorIds,
      journeyCount: journeyCount + 1,
      conversionCount: conversionCount + (isConverted ? 1 : 0),
    })
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count)
}

type Timeline = {
  readonly userId: Id<'User'>
  readonly baseAsset: string
  readonly touches: JourneyTouch[]
  readonly conversions: Date[]
}

function journeysOnTimeline({ userId, baseAsset, touches, conversions }: Timeline, now: Date): Journey[] {
  const journeys: Journey[] = []
  const end = (among: readonly JourneyTouch[], endedAt: Date, isConverted: boolean) =>
    journeys.push({ userId, baseAsset, creatorIds: creatorsOf(among), isConverted, endedAt })

  let open: JourneyTouch[] = []
  const endIfExpired = (at: Date) => {
    const expiry = latestExpiry(open)
    if (expiry === null || at <= expiry) return
    end(open, expiry, false)
    open = []
  }
  for (const { at, touch } of eventsOf(touches, conversions)) {
    endIfExpired(at)
    if (touch) open.push(touch)
    else if (open.length > 0) {
      end(touchesInWindow(touches, at), at, true)
      open = []
    }
  }
  endIfExpired(now)
  return journeys
}

/** In order of time; of one moment the order comes first, as a touch must be strictly before the order it leads to. */
function eventsOf(touches: readonly JourneyTouch[], conversions: readonly Date[]) {
  const events = [...conversions.map((at) => ({ at, touch: null })), ...touches.map((touch) => ({ at: touch.at, touch }))]
  return events.sort((a, b) => a.at.getTime() - b.at.getTime() || Number(a.touch !== null) - Number(b.touch !== null))
}

function latestExpiry(touches: readonly JourneyTouch[]): Date | null {
  return touches.reduce<Date | null>((latest, touch) => {
    const expiry = expiresAt(touch)
    return latest === null || expiry > latest ? expiry : latest
  }, null)
}

const creatorsOf = (touches: readonly JourneyTouch[]) =>
  [...new Set(touches.map((touch) => touch.creatorId))].sort((a, b) => (a < b ? -1 : 1))
