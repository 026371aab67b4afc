import { add, bucketDown, type Decimal, ZERO } from '@planet/runtime/decimal'

/** Fewer people than this are too few to hide one of them. (k-anonymity: C4, decision 0011) */
const MIN_PEOPLE = 5
const COUNT_BASE = 5

/**
 * The links of one post whose fees are in one currency, gathered over whole UTC days until enough people are behind them.
 * Once the day after has begun nothing is added any more, so whatever is told of it is told once.
 */
export type Gathering = {
  readonly currency: string
  /** Identity clusters. */
  readonly people: number
  /** Those with a link that earns credit: only they count towards hiding, since the fees are theirs. */
  readonly eligiblePeople: number
  /** Of eligible links; the greatest payer counts as much as the second. */
  readonly fees: Decimal
}

/** What everybody may know of the trades linked to a post. */
export type PublicFigures = {
  readonly totalCount: number
  readonly eligibleCount: number
  /** By currency. */
  readonly feesPaid: readonly { readonly currency: string; readonly amount: Decimal }[]
}

/** Whether the next day's links begin another gathering. */
export const isFull = ({ eligiblePeople }: Pick<Gathering, 'eligiblePeople'>): boolean => eligiblePeople >= MIN_PEOPLE

/**
 * What is told to whoever may not see the rows; null if nothing. Each gathering is rounded by itself, so that the difference
 * of two answers is made of rounded figures of at least 5 people, and one person moves it by a base or not at all.
 */
export function decidePublicFigures(gatherings: readonly Gathering[]): PublicFigures | null {
  const full = gatherings.filter(isFull)
  if (full.length === 0) return null
  const fees = new Map<string, Decimal>()
  for (const { currency, fees: amount } of full) fees.set(currency, add(fees.get(currency) ?? ZERO, bucketDown(amount)))
  return {
    totalCount: full.reduce((count, { people }) => count + roundedDown(people), 0),
    eligibleCount: full.reduce((count, { eligiblePeople }) => count + roundedDown(eligiblePeople), 0),
    feesPaid: [...fees].map(([currency, amount]) => ({ currency, amount })).sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  }
}

const roundedDown = (count: number) => count - (count % COUNT_BASE)
