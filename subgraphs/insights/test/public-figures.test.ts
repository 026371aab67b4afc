import { newId } from '@planet/runtime/ids'
import { newViewer, startTestSubgraph, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, describe, expect, it } from 'vitest'
import { createInsightsSubgraph } from '../src/subgraph.ts'
import { checkIdentity, engagementOf, newReaders, publishPost, touch } from './readers.ts'

const DAY_MS = 86_400_000
const insights = await startTestSubgraph(createInsightsSubgraph, new Date(TEST_START.getTime() + DAY_MS / 2))
afterAll(() => insights[Symbol.asyncDispose]())

const HIDDEN = { readerCount: null, viewCount: null, clickCount: null, ticketCount: null, ticketRate: null }
const FIGURES = ['readerCount', 'viewCount', 'clickCount', 'ticketCount'] as const
const KINDS = ['VIEW', 'CLICK', 'TICKET'] as const
const nextDay = () => insights.clock.advance(new Date(insights.clock.now().getTime() + DAY_MS))

async function newPost() {
  const creator = newViewer()
  return { creator, post: await publishPost(insights, creator) }
}

/** What everybody is told, which is the same for everybody. */
async function toldOf(creator: Viewer, days = 28, others: readonly Viewer[] = []) {
  const [told] = await engagementOf(insights, null, [creator.userId], days)
  for (const viewer of [newViewer(), newViewer('partner'), ...others])
    expect(await engagementOf(insights, viewer, [creator.userId], days)).toEqual([told])
  const { readerCount, viewCount, clickCount, ticketCount, ticketRate } = told
  return { readerCount, viewCount, clickCount, ticketCount, ticketRate }
}

const doEverything = (by: Viewer, times = 1) =>
  Array.from({ length: times }, () => KINDS.map((kind) => ({ by, kind }) as const)).flat()

describe('of readers the public is told', () => {
  it('nothing of today, whoever does what', async () => {
    const { creator, post } = await newPost()
    const readers = newReaders(12)
    await touch(insights, post, ...readers.map((by) => ({ by })))
    expect(await toldOf(creator, 28, readers.slice(0, 1))).toEqual(HIDDEN)
    nextDay()
    const told = await toldOf(creator)
    expect(told).toEqual({ readerCount: 10, viewCount: 10, clickCount: 0, ticketCount: 0, ticketRate: 0 })
    await touch(insights, post, ...newReaders(7).flatMap((by) => doEverything(by)))
    expect(await toldOf(creator)).toEqual(told)
  })

  it('nothing of days with fewer than 5 people, however many days', async () => {
    const { creator, post } = await newPost()
    for (let day = 0; day < 3; day++) {
      await touch(insights, post, ...newReaders(4).flatMap((by) => doEverything(by, 3)))
      nextDay()
      expect(await toldOf(creator)).toEqual(HIDDEN)
    }
  })

  it('nothing of a day on which the accounts of one person make up the five, also if that is known only later', async () => {
    const { creator, post } = await newPost()
    const accounts = newReaders(4)
    const cluster = newId(new Date())
    for (const account of accounts.slice(0, 2)) await checkIdentity(insights, account, cluster)
    await touch(insights, post, ...[...accounts, ...newReaders(2)].map((by) => ({ by })))
    nextDay()
    expect(await toldOf(creator)).toMatchObject({ readerCount: 5, viewCount: 5 })
    for (const account of accounts) await checkIdentity(insights, account, cluster)
    expect(await toldOf(creator)).toEqual(HIDDEN)
  })
})

describe('an attack on one reader', () => {
  it('by looking before and after each of their actions sees nothing, in no window', async () => {
    const { creator, post } = await newPost()
    await touch(insights, post, ...newReaders(9).flatMap((by) => doEverything(by)))
    nextDay()
    const [victim] = newReaders(1) as [Viewer]
    const windows = [1, 2, 3, 7, 30, 365]
    const before = await Promise.all(windows.map((days) => toldOf(creator, days)))
    for (const one of doEverything(victim)) {
      await touch(insights, post, one)
      expect(await Promise.all(windows.map((days) => toldOf(creator, days)))).toEqual(before)
    }
  })

  it('by counting a day with them and a day without learns a base or nothing, however often they came', async () => {
    const figuresWith = async (times: number) => {
      const { creator, post } = await newPost()
      await touch(insights, post, ...newReaders(7).flatMap((by) => doEverything(by)))
      const [victim] = newReaders(1) as [Viewer]
      await touch(insights, post, ...doEverything(victim, times))
      nextDay()
      return toldOf(creator)
    }
    const without = await figuresWith(0)
    for (const times of [1, 5, 23]) expect(await figuresWith(times)).toEqual(without)
  })

  it('by the differences of neighbouring windows finds steps of 5 people or more alone', async () => {
    const { creator, post } = await newPost()
    const regulars = newReaders(6)
    // Days with 6, 1, 11, 2, 0, 5 and 4 readers, one of whom comes very often.
    for (const count of [6, 1, 11, 2, 0, 5, 4]) {
      const readers = [...regulars, ...newReaders(5)].slice(0, count)
      await touch(insights, post, ...readers.flatMap((by, index) => doEverything(by, index === 0 ? 13 : 1)))
      nextDay()
    }
    const windows = Array.from({ length: 10 }, (_, index) => index + 1)
    const told = await Promise.all(windows.map((days) => toldOf(creator, days)))
    for (const figure of FIGURES) {
      const steps = told.slice(1).map((each, index) => (each[figure] ?? 0) - (told[index]?.[figure] ?? 0))
      expect({ figure, isInSteps: steps.every((step) => step >= 0 && step % 5 === 0) }).toEqual({ figure, isInSteps: true })
    }
    // A day that cannot be told is not told by any difference: 2 to 8 days ago there were 4, 5, 0, 2, 11, 1 and 6.
    expect(told.map(({ viewCount }) => viewCount)).toEqual([null, null, 5, 5, 5, 15, 15, 20, 20, 20])
  })
})
