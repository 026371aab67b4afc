import { expect, it } from 'vitest'
import { startDeadline } from './deadline.ts'

const passed = (ms: number) => new Promise<number>((resolve) => startDeadline(ms, () => resolve(performance.now())))

it('passes when its time has come and not before, each by its own', async () => {
  const started = performance.now()
  const [late, soon] = await Promise.all([passed(120), passed(30)])
  expect(soon - started).toBeGreaterThanOrEqual(30)
  expect(late - started).toBeGreaterThanOrEqual(120)
  expect(soon).toBeLessThan(late)
})

it('does not pass once it is called off', async () => {
  let isPassed = false
  const callOff = startDeadline(30, () => (isPassed = true))
  callOff()
  await passed(60)
  expect(isPassed).toBe(false)
})
