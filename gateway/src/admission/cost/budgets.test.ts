import { CALLER_LIMITS } from '@planet/runtime/caller-limits'
import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addBudgetHeaders, createBudgets } from './budgets.ts'

const limits = { ...CALLER_LIMITS, anonymous: { ...CALLER_LIMITS.anonymous, costPerMinute: 100 } }
const somebody = { viewer: null, address: '192.0.2.1' }

it('takes what an operation may cost, and gives back what it did not', () => {
  const budgets = createBudgets(limits)
  const charge = budgets.charge(somebody, 60)
  expect(charge).toMatchObject({ refusal: null, budget: { limit: 100, remaining: 40, resetS: 60 } })
  expect(charge.settle(10)).toMatchObject({ remaining: 90 })
  expect(budgets.charge(somebody, 90).refusal).toBeNull()
})

it('takes all that is left, and refuses one more without taking it', () => {
  const budgets = createBudgets(limits)
  expect(budgets.charge(somebody, 99).refusal).toBeNull()
  const { refusal, budget } = budgets.charge(somebody, 2)
  expect(refusal?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 100, remaining: 1, retryAfterMs: 60_000 })
  expect(budget.remaining).toBe(1)
  expect(budgets.charge(somebody, 1).refusal).toBeNull()
  expect(budgets.charge(somebody, 1).refusal).not.toBeNull()
})

it('takes 1 for what costs nothing', () => {
  const budgets = createBudgets(limits)
  const charge = budgets.charge(somebody, 0)
  expect(charge.settle(0)).toMatchObject({ remaining: 99 })
})

it('gives nothing back to whoever was answered more than was estimated', () => {
  const budgets = createBudgets(limits)
  const charge = budgets.charge(somebody, 10)
  expect(charge.settle(30)).toMatchObject({ remaining: 90 })
})

it('holds users, and addresses without a user, apart', () => {
  const budgets = createBudgets(limits)
  const user = { viewer: { userId: newId<'User'>(new Date(0)), roles: ['user'] as const }, address: somebody.address }
  budgets.charge(somebody, 100)
  expect(budgets.charge(somebody, 1).refusal).not.toBeNull()
  expect(budgets.charge({ ...somebody, address: '192.0.2.2' }, 1).refusal).toBeNull()
  const { budget } = budgets.charge(user, 1)
  expect(budget).toMatchObject({ limit: 200_000, remaining: 199_999 })
  // The same person from elsewhere.
  expect(budgets.charge({ ...user, address: '198.51.100.7' }, 1).budget.remaining).toBe(199_998)
})

it('has in the end taken what was used, whatever was estimated and however requests ran side by side', () => {
  const requests = fc.array(
    fc.record({
      estimated: fc.integer({ min: 1, max: 30 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isLate: fc.boolean(),
    }),
  )
  fc.assert(
    fc.property(requests, (asked) => {
      const budgets = createBudgets(limits)
      let used = 0
      const underWay: (() => void)[] = []
      for (const { estimated, share, isLate } of asked) {
        const { refusal, settle } = budgets.charge(somebody, estimated)
        if (refusal) continue
        const actual = Math.max(1, Math.round(share * estimated))
        used += actual
        if (isLate) underWay.push(() => settle(actual))
        else settle(actual)
      }
      for (const settle of underWay) settle()
      const { budget } = budgets.charge(somebody, 0)
      expect(budget.remaining).toBe(Math.max(0, 100 - used - (used < 100 ? 1 : 0)))
    }),
  )
})

it('never lets side by side through more than there is', () => {
  const budgets = createBudgets(limits)
  const charges = Array.from({ length: 50 }, () => budgets.charge(somebody, 7))
  expect(charges.filter(({ refusal }) => refusal === null)).toHaveLength(14)
})

it('gives nothing back into the next minute, in which nothing was taken', async () => {
  const budgets = createBudgets(limits, { windowS: 1 })
  const late = budgets.charge(somebody, 50)
  await expect.poll(() => budgets.charge(somebody, 1).budget.remaining).toBe(99)
  late.settle(1)
  expect(budgets.charge(somebody, 1).budget.remaining).toBeLessThanOrEqual(98)
})

it('lets all newcomers share one budget once there are too many to remember', () => {
  const budgets = createBudgets(limits, { maxPrincipals: 2 })
  const remaining = (address: string) => budgets.charge({ viewer: null, address }, 10).budget.remaining
  expect([remaining('a'), remaining('b'), remaining('c'), remaining('d')]).toEqual([90, 90, 90, 80])
  expect(remaining('a')).toBe(80)
})

it('says what is left in the form of the IETF', () => {
  const headers = ['vary', 'origin']
  addBudgetHeaders(headers, { limit: 100, remaining: 40, resetS: 7 })
  expect(headers).toEqual(['vary', 'origin', 'ratelimit-policy', '"cost";q=100;w=60', 'ratelimit', '"cost";r=40;t=7'])
})
