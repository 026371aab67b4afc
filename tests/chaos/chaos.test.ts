import { openDatabase } from '@planet/runtime/database'
import { eventually } from '@planet/runtime/testing/patience'
import { expect, it, vi } from 'vitest'
import { PATIENCE_MS } from '../support/processes.ts'
import { breakThings } from './faults.ts'
import { type Follower, followLiveOnly, followWithCursor } from './followers.ts'
import { setStage } from './stage.ts'
import { hireWriters, readTruth } from './writers.ts'

/** Each round breaks everything that can break. The long form is `npm run test:chaos`. */
const ROUNDS = Number(process.env.PLANET_CHAOS_ROUNDS ?? (process.env.PLANET_TEST_LONG ? 12 : 1))
const ROUND_MS = 120_000

vi.setConfig({ testTimeout: 3 * PATIENCE_MS + ROUNDS * ROUND_MS })

type Told = { readonly id: string; readonly stream: string; readonly seq: number }

/** What a follower of these creators has to see from its first event on. */
const dueTo = ({ creatorIds, taken }: Follower, told: readonly Told[]): readonly Told[] => {
  const first = told.findIndex(({ id }) => id === taken[0]?.signal.id)
  const streams = creatorIds && new Set(creatorIds.map((id) => `signals:${id}`))
  return told.slice(Math.max(first, 0)).filter(({ stream }) => streams === null || streams.has(stream))
}

it('loses, repeats and reorders nothing for those who keep a cursor, whatever breaks', async () => {
  await using stage = await setStage()
  await using writers = await hireWriters(stage)
  const few = writers.creatorIds.slice(0, 3)
  const followers = [
    followWithCursor(stage, null),
    followWithCursor(stage, null, 4),
    followWithCursor(stage, few),
    followWithCursor(stage, few.slice(0, 1)),
  ]
  const controls = [followLiveOnly(stage), followLiveOnly(stage)]
  const everybody = [...followers, ...controls]
  const hasBegun = () => everybody.every(({ taken }) => taken.length > 0)
  // Without a cursor a stream begins when it begins: each has seen one signal before anything breaks.
  await eventually(async () => {
    await writers.publishOne()
    expect(hasBegun()).toBe(true)
  }, 20)

  writers.start()
  const faults = await breakThings(stage, ROUNDS)
  await writers.stop()
  // The database may still be on its way back; whether a call that failed has committed does not matter.
  await eventually(() => writers.publishOne(), 200)

  await using database = openDatabase({ url: stage.postgres.url, role: null, audience: 'relay', maxConnections: 1 })
  // The truth stands once the log tells what is stored, and every follower gets to its end.
  const truth = await eventually(async () => {
    const found = await readTruth(database)
    expect(found.told.map(({ id }) => id).sort()).toEqual(found.stored.toSorted())
    return found
  }, 200)
  const { told } = truth
  for (const follower of followers) {
    const last = dueTo(follower, told).at(-1)?.id
    await expect.poll(() => follower.taken.some(({ signal }) => signal.id === last)).toBe(true)
  }
  await Promise.all(everybody.map((follower) => follower.stop()))

  const stored = new Set(truth.stored)
  expect([...writers.acknowledged].filter((id) => !stored.has(id))).toEqual([])
  expect([...writers.rolledBack].filter((id) => stored.has(id))).toEqual([])
  for (const follower of followers) {
    const due = dueTo(follower, told)
    expect(follower.taken.map(({ signal, seq }) => ({ id: signal.id, seq }))).toEqual(due.map(({ id, seq }) => ({ id, seq })))
  }
  for (const events of Map.groupBy(told, ({ stream }) => stream).values())
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))

  const lostBy = controls.map(
    (control) => dueTo(control, told).length - new Set(control.taken.map((event) => event.signal.id)).size,
  )
  for (const lost of lostBy) expect(lost).toBeGreaterThan(0)
  console.log(
    `${told.length} signals; ${JSON.stringify(faults)}; with a cursor 0 lost, 0 repeated, 0 out of order of ${followers
      .map(({ taken }) => taken.length)
      .join(', ')}; live only lost ${lostBy.join(', ')} of ${told.length}`,
  )
})
