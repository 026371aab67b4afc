import { compare, type Decimal, decimal, isPositive, sum } from '@planet/runtime/decimal'
import type { InputFault } from '@planet/runtime/refusals'

const HOUR_MS = 3_600_000
const MIN_HORIZON_MS = HOUR_MS
const MAX_HORIZON_MS = 90 * 24 * HOUR_MS
const MAX_TARGETS = 10
const WHOLE = decimal('1')

export type SignalSide = 'LONG' | 'SHORT'
export type EntryKind = 'MARKET' | 'LIMIT'
export type SignalTarget = { readonly price: Decimal; readonly fraction: Decimal }

/** A trade plan as its author writes it; nothing about it is checked yet. Prices are in quote asset. */
export type SignalDraft = {
  /** Null if no instrument is listed under what the author named. */
  readonly instrumentId: string | null
  readonly side: SignalSide
  readonly entryKind: EntryKind
  readonly entry: Decimal
  readonly entryExpiresAt: Date | null
  readonly stop: Decimal
  readonly targets: readonly SignalTarget[]
  readonly horizonMs: number
  readonly conviction: number
  readonly moveStopToEntryAfter: number | null
}

/** A plan that can be settled by a machine. Immutable from its publication on. */
export type SignalPlan = Omit<SignalDraft, 'instrumentId' | 'horizonMs'> & {
  readonly instrumentId: string
  readonly publishedAt: Date
  /** Publication plus horizon. */
  readonly expiresAt: Date
}

export type SignalPlanDecision =
  | { readonly kind: 'Accepted'; readonly plan: SignalPlan }
  | { readonly kind: 'Refused'; readonly faults: readonly InputFault[] }

/**
 * Whether `draft` may be published at `publishedAt`: long needs stop < entry < target 1 < target 2 ..., short the
 * mirror. A refusal lists every fault, in the order of the fields.
 */
export function decideSignalPlan(draft: SignalDraft, publishedAt: Date): SignalPlanDecision {
  const { instrumentId, horizonMs, ...rest } = draft
  const faults = [
    ...(instrumentId === null ? [{ field: 'instrumentId', message: 'No such instrument.' }] : []),
    ...findEntryFaults(draft, publishedAt),
    ...findStopFaults(draft),
    ...findTargetFaults(draft),
    ...findTermFaults(draft),
  ]
  if (instrumentId === null || faults.length > 0) return { kind: 'Refused', faults }
  return { kind: 'Accepted', plan: { ...rest, instrumentId, publishedAt, expiresAt: expiryOf(publishedAt, horizonMs) } }
}

function findEntryFaults({ entryKind, entry, entryExpiresAt, horizonMs }: SignalDraft, publishedAt: Date): InputFault[] {
  const faults: InputFault[] = []
  if (!isPositive(entry)) faults.push({ field: 'entry', message: 'Must be above zero.' })
  if (entryExpiresAt === null) return faults
  if (entryKind === 'MARKET') {
    faults.push({ field: 'entryExpiresAt', message: 'A market entry is filled at once and does not expire.' })
  } else if (entryExpiresAt <= publishedAt) {
    faults.push({ field: 'entryExpiresAt', message: 'Must be after the publication.' })
  } else if (isHorizon(horizonMs) && entryExpiresAt > expiryOf(publishedAt, horizonMs)) {
    faults.push({ field: 'entryExpiresAt', message: 'Must be within the horizon.' })
  }
  return faults
}

function findStopFaults({ side, entry, stop }: SignalDraft): InputFault[] {
  const faults: InputFault[] = []
  if (!isPositive(stop)) faults.push({ field: 'stop', message: 'Must be above zero.' })
  if (!isBeyond(side, entry, stop)) {
    faults.push({ field: 'stop', message: `Must be ${side === 'LONG' ? 'below' : 'above'} the entry of a ${side} signal.` })
  }
  return faults
}

function findTargetFaults({ side, entry, targets }: SignalDraft): InputFault[] {
  const faults: InputFault[] = []
  const direction = side === 'LONG' ? 'above' : 'below'
  if (targets.length < 1 || targets.length > MAX_TARGETS) {
    faults.push({ field: 'targets', message: `Must be 1 to ${MAX_TARGETS} targets.` })
  }
  targets.forEach(({ price, fraction }, index) => {
    const previous = targets[index - 1]?.price
    const field = `targets.${index}`
    if (!isPositive(price)) faults.push({ field: `${field}.price`, message: 'Must be above zero.' })
    if (!isBeyond(side, price, entry)) faults.push({ field: `${field}.price`, message: `Must be ${direction} the entry.` })
    if (previous && !isBeyond(side, price, previous)) {
      faults.push({ field: `${field}.price`, message: `Must be ${direction} the target before it.` })
    }
    if (!isPositive(fraction)) faults.push({ field: `${field}.fraction`, message: 'Must be above zero.' })
  })
  if (compare(sum(targets.map(({ fraction }) => fraction)), WHOLE) > 0) {
    faults.push({ field: 'targets', message: 'The fractions must not add up to more than 1.' })
  }
  return faults
}

function findTermFaults({ targets, horizonMs, conviction, moveStopToEntryAfter }: SignalDraft): InputFault[] {
  const faults: InputFault[] = []
  if (!isHorizon(horizonMs)) faults.push({ field: 'horizon', message: 'Must be 1 hour to 90 days.' })
  // Written so that NaN is a fault.
  if (!(conviction > 0.5 && conviction <= 0.99)) {
    faults.push({ field: 'conviction', message: 'Must be above 0.5 and at most 0.99.' })
  }
  if (moveStopToEntryAfter === null) return faults
  if (!Number.isInteger(moveStopToEntryAfter) || moveStopToEntryAfter < 1 || moveStopToEntryAfter > targets.length) {
    faults.push({ field: 'moveStopToEntryAfter', message: 'Must be 1 to the number of targets.' })
  }
  return faults
}

const isHorizon = (horizonMs: number): boolean =>
  Number.isInteger(horizonMs) && horizonMs >= MIN_HORIZON_MS && horizonMs <= MAX_HORIZON_MS

const expiryOf = (publishedAt: Date, horizonMs: number): Date => new Date(publishedAt.getTime() + horizonMs)

/** Whether `price` lies strictly on the winning side of `than`. */
const isBeyond = (side: SignalSide, price: Decimal, than: Decimal): boolean =>
  side === 'LONG' ? compare(price, than) > 0 : compare(price, than) < 0
