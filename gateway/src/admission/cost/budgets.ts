import { CALLER_KINDS, callerKindOf, type LimitsOfCallers } from '@planet/runtime/caller-limits'
import { codedError } from '@planet/runtime/errors'
import type { GraphQLError } from 'graphql'
import MemoryStorage from 'rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js'
import type { Budget } from '../../answer.ts'
import type { Caller } from '../../operations.ts'

/** What was taken for one operation. */
export type Charge = {
  readonly budget: Budget
  /** Null if it was there to be taken. */
  readonly refusal: GraphQLError | null
  /** Gives back what was taken and not `used`, and tells what is left. */
  settle(used: number): Budget
}

export type Budgets = {
  /** Takes `cost`, at least 1, or nothing if so much is not left. */
  charge(caller: Pick<Caller, 'viewer' | 'address'>, cost: number): Charge
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
  const storages = new Map(CALLER_KINDS.map((kind) => [kind, new MemoryStorage()]))
  const newcomers = createNewcomers(maxPrincipals, windowS)

  const charge = (limit: number, storage: MemoryStorage, key: string, cost: number): Charge => {
    const taken = storage.incrby(key, cost, windowS)
    const endsAt = Date.now() + taken.msBeforeNext - MARGIN_MS
    // Into the next window nothing is given back: there nothing was taken.
    const giveBack = (points: number) =>
      budgetOf(limit, points > 0 && Date.now() < endsAt ? storage.incrby(key, -points, windowS) : taken)
    if (taken.consumedPoints > limit) {
      const budget = giveBack(cost)
      return { budget, refusal: rateLimited(budget, cost), settle: () => budget }
    }
    if (taken.isFirstInDuration) newcomers.add()
    return { budget: budgetOf(limit, taken), refusal: null, settle: (used) => giveBack(cost - Math.max(1, used)) }
  }

  return {
    charge({ viewer, address = '' }, cost) {
      const kind = callerKindOf(viewer)
      const storage = storages.get(kind)
      if (!storage) throw new Error('every kind of caller has a storage')
      const key = viewer ? viewer.userId : address
      const isKnown = !newcomers.isFull() || storage.get(key) !== null
      return charge(limits[kind].costPerMinute, storage, isKnown ? key : OTHERS, Math.max(1, cost))
    },
  }
}

/** No user and no address has this name. */
const OTHERS = 'others'

const budgetOf = (limit: number, { consumedPoints, msBeforeNext }: Counted): Budget => ({
  limit,
  remaining: Math.max(0, limit - consumedPoints),
  resetS: Math.max(1, Math.ceil(msBeforeNext / 1000)),
})

type Counted = ReturnType<MemoryStorage['incrby']>

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

/** Adds names and values of headers by turns, in the form of draft-ietf-httpapi-ratelimit-headers. The unit is cost. */
export function addBudgetHeaders(headers: string[], { limit, remaining, resetS }: Budget): void {
  headers.push('ratelimit-policy', `"cost";q=${limit};w=${WINDOW_S}`, 'ratelimit', `"cost";r=${remaining};t=${resetS}`)
}
