import { openDatabase } from '@planet/runtime/database'
import { newViewer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findJourneyTouches } from '../src/links/db/journey.ts'
import { analyst, btcUsd, ethUsd, type Scenario, startScenario } from './scenario.ts'

let scenario: Scenario
const author = newViewer()
beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(() => scenario.test[Symbol.asyncDispose]())

const linksOf = async (postId: string) => (await scenario.linkedTrades(analyst, postId)).edges
const ETH = { baseAssets: ['ETH'] }

/** A post about BTC that is about ETH half an hour later, and about nothing half an hour after that. */
async function editedPost() {
  const postId = await scenario.post(author)
  return {
    postId,
    toEth: async () => {
      scenario.wait(0.5)
      await scenario.edit(author, postId, 2, ETH)
    },
    toNothing: async () => {
      scenario.wait(0.5)
      await scenario.edit(author, postId, 3, {})
    },
  }
}

describe.each(['CLICK', 'TICKET'] as const)('a %s', (kind) => {
  const touch = (reader: typeof author, postId: string) =>
    kind === 'TICKET' ? scenario.ticket(reader, postId) : scenario.touch(reader, postId, kind)
  const soon = () => ({ orderPlacedAt: scenario.hours(0.01).toISOString() })

  it('before an edit links trades of what was named then, and of nothing that is named since', async () => {
    const reader = newViewer()
    const { postId, toEth } = await editedPost()
    await touch(reader, postId)
    const touchedAt = scenario.hours(0).toISOString()
    await toEth()
    const onBtc = await scenario.trade(reader, soon())
    await scenario.trade(reader, { ...ethUsd, ...soon() })
    expect(await linksOf(postId)).toMatchObject([{ rule: kind, touchedAt, eligible: true, node: { id: onBtc } }])
  })

  it('after an edit links trades of what is named since, and of nothing that was named before', async () => {
    const reader = newViewer()
    const { postId, toEth, toNothing } = await editedPost()
    await toEth()
    await touch(reader, postId)
    scenario.wait(0.1)
    await scenario.trade(reader, soon())
    const onEth = await scenario.trade(reader, { ...ethUsd, ...soon() })
    expect(await linksOf(postId)).toMatchObject([{ rule: kind, node: { id: onEth } }])
    await toNothing()
    const other = newViewer()
    await touch(other, postId)
    scenario.wait(0.1)
    await scenario.trade(other, soon())
    await scenario.trade(other, { ...ethUsd, ...soon() })
    expect(await linksOf(postId)).toHaveLength(1)
  })
})

it('a later touch of another text takes nothing from an earlier one, and a trade is linked by the latest of its own text', async () => {
  const reader = newViewer()
  const { postId, toEth } = await editedPost()
  await scenario.touch(reader, postId)
  scenario.wait(0.1)
  await scenario.touch(reader, postId)
  const lastOnBtc = scenario.hours(0).toISOString()
  await toEth()
  await scenario.touch(reader, postId)
  const lastOnEth = scenario.hours(0).toISOString()
  const onBtc = await scenario.trade(reader)
  const onEth = await scenario.trade(reader, { ...ethUsd })
  const links: { touchedAt: string; node: { id: string } }[] = await linksOf(postId)
  expect(Object.fromEntries(links.map(({ touchedAt, node }) => [node.id, touchedAt]))).toEqual({
    [onBtc]: lastOnBtc,
    [onEth]: lastOnEth,
  })
})

it('a link that was made stays as it is when the post is edited', async () => {
  const reader = newViewer()
  const { postId, toEth } = await editedPost()
  await scenario.touch(reader, postId)
  await scenario.trade(reader)
  const before = await linksOf(postId)
  expect(before).toHaveLength(1)
  await toEth()
  expect(await linksOf(postId)).toEqual(before)
})

it('an edit that is heard of after a touch counts from when it was made', async () => {
  const [early, late] = [newViewer(), newViewer()]
  const postId = await scenario.post(author)
  scenario.wait(1)
  await scenario.touch(early, postId)
  scenario.wait(1)
  const editedAt = scenario.hours(-0.5)
  await scenario.touch(late, postId)
  await scenario.edit(author, postId, 2, ETH, editedAt)
  for (const reader of [early, late]) await scenario.trade(reader)
  const links: unknown[] = await linksOf(postId)
  expect(links).toHaveLength(1)
  expect(links).toMatchObject([{ touchedAt: scenario.hours(-1).toISOString() }])
})

it("a text is also its post's signal: an edit takes a trade of that from nobody", async () => {
  const reader = newViewer()
  const signal = { instrumentId: btcUsd.instrumentId, side: 'LONG' }
  const postId = await scenario.post(author, { signal, instrumentIds: [btcUsd.instrumentId] })
  scenario.wait(1)
  await scenario.edit(author, postId, 2, { instrumentIds: [btcUsd.instrumentId], baseAssets: ['BTC', 'ETH'] })
  await scenario.touch(reader, postId)
  await scenario.trade(reader)
  expect(await linksOf(postId)).toMatchObject([{ eligible: true, agreesWithSignal: true }])
})

it('journeys are of what the texts named that were touched', async () => {
  const [reader, writer] = [newViewer(), newViewer()]
  const postId = await scenario.post(writer)
  const period = { from: scenario.hours(0), until: scenario.hours(10) }
  await scenario.touch(reader, postId)
  scenario.wait(1)
  await scenario.edit(writer, postId, 2, ETH)
  await scenario.touch(reader, postId)
  scenario.wait(1)
  await scenario.edit(writer, postId, 3, { baseAssets: ['SOL', 'BTC'] })
  await scenario.touch(reader, postId)
  const database = openDatabase({ url: scenario.test.databaseUrl, role: 'planet_incentives', audience: 'analyst' })
  try {
    const touches = await findJourneyTouches(database.db, [writer.userId], period, { start: 0, count: 10 })
    expect(touches.toSorted((a, b) => a.at.getTime() - b.at.getTime()).map(({ baseAssets }) => baseAssets)).toEqual([
      ['BTC'],
      ['ETH'],
      ['SOL', 'BTC'],
    ])
  } finally {
    await database.close()
  }
})
