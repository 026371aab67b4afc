import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newUuid, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
const author = newViewer()
const HIDDEN = { totalCount: null, eligibleCount: null, feesPaid: null }

beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(() => scenario.test[Symbol.asyncDispose]())

const DAY_H = 24
const people = (count: number): readonly Viewer[] => Array.from({ length: count }, () => newViewer())

async function trades(postId: string, traders: readonly Viewer[], change: Record<string, unknown> = {}) {
  for (const trader of traders) {
    await scenario.touch(trader, postId)
    await scenario.trade(trader, change)
  }
}

/** What everybody is told, which is the same for whoever may not see the rows. */
async function figuresOf(postId: string) {
  const { totalCount, eligibleCount, feesPaid } = await scenario.linkedTrades(null, postId)
  for (const viewer of [author, newViewer(), newViewer('partner')])
    expect(await scenario.linkedTrades(viewer, postId)).toMatchObject({ totalCount, eligibleCount, feesPaid })
  return { totalCount, eligibleCount, feesPaid }
}

const usd = (amount: string) => [{ amount, currency: 'USD' }]

describe('of linked trades the public is told', () => {
  it('nothing of the day that has not ended, whatever happens in it', async () => {
    const postId = await scenario.post(author)
    await trades(postId, people(12))
    expect(await figuresOf(postId)).toEqual(HIDDEN)
    scenario.wait(DAY_H)
    const told = await figuresOf(postId)
    expect(told).toEqual({ totalCount: 10, eligibleCount: 10, feesPaid: usd('100') })
    await trades(postId, people(7))
    expect(await figuresOf(postId)).toEqual(told)
  })

  it('nothing while there are fewer than 5 people, on however many days and in however many trades', async () => {
    const postId = await scenario.post(author)
    for (let day = 0; day < 3; day++) {
      await trades(postId, people(1))
      scenario.wait(DAY_H)
      expect(await figuresOf(postId)).toEqual(HIDDEN)
    }
    const [often] = people(1) as [Viewer]
    await trades(postId, [often, often, often])
    scenario.wait(DAY_H)
    expect(await figuresOf(postId)).toEqual(HIDDEN)
    await trades(postId, people(1))
    scenario.wait(DAY_H)
    expect(await figuresOf(postId)).toEqual({ totalCount: 5, eligibleCount: 5, feesPaid: usd('50') })
  })

  it('nothing of what earns no credit, which hides nobody who pays', async () => {
    const postId = await scenario.post(author)
    await trades(postId, people(9), { fee: '0' })
    await trades(postId, people(4))
    scenario.wait(DAY_H)
    expect(await figuresOf(postId)).toEqual(HIDDEN)
  })

  it('nothing of a currency in which fewer than 5 people paid', async () => {
    const postId = await scenario.post(author)
    await trades(postId, people(5))
    await trades(postId, people(4), { feeCurrency: 'EUR' })
    scenario.wait(DAY_H)
    expect(await figuresOf(postId)).toEqual({ totalCount: 5, eligibleCount: 5, feesPaid: usd('50') })
  })
})

describe('an attack on the fees of strangers', () => {
  it('by four accounts of one person fails, whether or not it is known already that they are one', async () => {
    for (const knownBefore of [true, false]) {
      const postId = await scenario.post(author)
      const accounts = people(4)
      const strangers = people(2)
      const cluster = newUuid()
      const check = async () => {
        for (const account of accounts) await scenario.checkIdentity(account, cluster)
      }
      if (knownBefore) await check()
      await trades(postId, accounts, { fee: '1' })
      if (!knownBefore) await check()
      for (const [index, stranger] of strangers.entries()) {
        await trades(postId, [stranger], { fee: `${7_000 + index}.123456789` })
        scenario.wait(DAY_H)
        expect(await figuresOf(postId)).toEqual(HIDDEN)
      }
    }
  })

  it('by four strangers to the platform learns no more of the fifth than a day later that somebody traded', async () => {
    const figures = []
    for (const fee of ['3', '77.77', '123456.789', '900000']) {
      const postId = await scenario.post(author)
      await trades(postId, people(4), { fee: '1' })
      await trades(postId, people(1), { fee })
      scenario.wait(DAY_H)
      figures.push(await figuresOf(postId))
    }
    // However much one pays, it counts as much as what the next one pays.
    for (const each of figures) expect(each).toEqual({ totalCount: 5, eligibleCount: 5, feesPaid: usd('5') })
  })

  it('by looking before and after every single trade and day sees steps of a base alone, each of 5 people', async () => {
    const postId = await scenario.post(author)
    const seen: Awaited<ReturnType<typeof figuresOf>>[] = []
    for (let day = 0; day < 4; day++) {
      for (const [index, trader] of people(3).entries()) {
        await trades(postId, [trader], { fee: `${day + 1}${index}.37` })
        seen.push(await figuresOf(postId))
      }
      scenario.wait(DAY_H)
      seen.push(await figuresOf(postId))
    }
    const told = seen.map(({ totalCount }) => totalCount ?? 0)
    // Twelve people in two gatherings of two days each: nothing moves within a day, and no day of 3 moves anything.
    expect(told.map((count, index) => count - (told[index - 1] ?? 0)).filter((step) => step !== 0)).toEqual([5, 5])
    const fees = new Set(seen.flatMap(({ feesPaid }) => feesPaid ?? []).map(({ amount }: { amount: string }) => amount))
    expect([...fees]).toEqual(['50', '250'])
  })

  it('by one more account beside a full gathering does not tell what a stranger pays', async () => {
    const postId = await scenario.post(author)
    await trades(postId, people(5))
    scenario.wait(DAY_H)
    const before = await figuresOf(postId)
    await trades(postId, people(1), { fee: '4321' })
    for (let day = 0; day < 3; day++) {
      scenario.wait(DAY_H)
      expect(await figuresOf(postId)).toEqual(before)
    }
  })
})
