import { CALLER_KINDS, type CallerKind, callerKindOf, type LimitsOfCallers } from '@planet/runtime/caller-limits'
import { codedError } from '@planet/runtime/errors'
import type { GraphQLError } from 'graphql'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import type { Caller } from '../operations.ts'

/** What is left to a caller of its minute. */
export type Budget = {
  readonly limit: number
  readonly remaining: number
  /** Seconds until all of it is there again. */
  readonly resetS: number
}

/** What was taken for one operation. */
export type Charge = {
  readonly budget: Budget
  /** Null if it was there to be taken. */
  readonly refusal: GraphQLError | null
  /** Gives back what was taken and not `used`, and tells what is left. */
  settle(used: number): Budget | Promise<Budget>
}

export type Budgets = {
  /** Takes `cost`, at least 1, or nothing if so much is not left. */
  charge(caller: Pick<Caller, 'viewer' | 'address'>, cost: number): Promise<Charge>
}

const WINDOW_S = 60
const MAX_PRINCIPALS = 50_000
/** The end of a window is known to the millisecond, before and after the library looked at the time. */
const MARGIN_MS = 5

/**
 * A budget for each user and for each address of whoever is not signed in, which begins with the first request and lasts a
 * minute. Beyond `maxPrincipals` newcomers within a minute all others share one: what is kept does not grow without bound.
 */
export function createBudgets(limits: LimitsOfCallers, { windowS = WINDOW_S, maxPrincipals = MAX_PRINCIPALS } = {}): Budgets {
  const limiters = new Map(
    CALLER_KINDS.map((kind) => [
      kind,
      new RateLimiterMemory({ points: limits[kind].costPerMinute, duration: windowS, keyPrefix: '' }),
    ]),
  )
  const newcomers = createNewcomers(maxPrincipals, windowS)

  const charge = async (kind: CallerKind, limiter: RateLimiterMemory, key: string, cost: number): Promise<Charge> => {
    const limit = limits[kind].costPerMinute
    const budgetOf = ({ remainingPoints, msBeforeNext }: Left): Budget => ({
      limit,
      remaining: Math.max(0, remainingPoints),
      resetS: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    })
    const taken = await limiter.consume(key, cost).catch(leftIn)
    if (taken.consumedPoints > limit) {
      const budget = budgetOf(await limiter.reward(key, cost))
      return { budget, refusal: rateLimited(budget, cost), settle: () => budget }
    }
    if (taken.isFirstInDuration) newcomers.add()
    const endsAt = Date.now() + taken.msBeforeNext - MARGIN_MS
    const budget = budgetOf(taken)
    return {
      budget,
      refusal: null,
      settle(used) {
        const unused = cost - Math.max(1, used)
        // Into the next window nothing is given back: there nothing was taken.
        return unused > 0 && Date.now() < endsAt ? limiter.reward(key, unused).then(budgetOf) : budget
      },
    }
  }

  return {
    async charge({ viewer, address = '' }, cost) {
      const kind = callerKindOf(viewer)
      const limiter = limiters.get(kind)
      if (!limiter) throw new Error('every kind of caller has a limiter')
      const key = viewer ? viewer.userId : address
      const isKnown = !newcomers.isFull() || (await limiter.get(key)) !== null
      return charge(kind, limiter, isKnown ? key : OTHERS, Math.max(1, cost))
    },
  }
}

/** No user and no address has this name. */
const OTHERS = 'others'

type Left = {
  readonly remainingPoints: number
  readonly msBeforeNext: number
  readonly consumedPoints: number
  readonly isFirstInDuration: boolean
}

/** The library rejects with the same that it resolves with. */
function leftIn(reason: unknown): Left {
  if (reason instanceof Error) throw reason
  return reason as Left
}

/** Counts those of the last minute, roughly. */
function createNewcomers(limit: number, windowS: number) {
  let count = 0
  let since = Date.now()
  return {
    add() {
      count++
    },
    isFull() {
      if (count < limit) return false
      const now = Date.now()
      if (now - since < windowS * 1000) return true
      since = now
      count = 0
      return false
    },
  }
}

const rateLimited = ({ limit, remaining, resetS }: Budget, cost: number) =>
  codedError(
    'RATE_LIMITED',
    `The operation may cost ${cost}; of ${limit} for a minute ${remaining} are left. Wait ${resetS} s, then repeat.`,
    { limit, remaining, estimated: cost, retryAfterMs: resetS * 1000 },
  )

/** Names and values of headers by turns, in the form of draft-ietf-httpapi-ratelimit-headers. The unit is cost. */
export const budgetHeaders = ({ limit, remaining, resetS }: Budget): readonly string[] => [
  'ratelimit-policy',
  `"cost";q=${limit};w=${WINDOW_S}`,
  'ratelimit',
  `"cost";r=${remaining};t=${resetS}`,
]
