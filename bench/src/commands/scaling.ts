import { measureOnce, openGround } from '../compare.ts'
import { GATEWAYS, type RunningGateway, startGateway } from '../gateways/gateways.ts'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

/** The share of garbage collection, two processes against one, and the time to the first answer. Ours only. */
export async function measureScaling(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { rounds, seconds } = options
  const [ours] = GATEWAYS
  if (!ours) throw new Error('there is no gateway')
  pinSelf(1)
  await using ground = await openGround()
  const beganAt = performance.now()
  await using first = await startGateway(ours, ground.site, { core: 0, env: { MEASURE_GC: '1' } })
  const startMs = performance.now() - beganAt
  await using second = await startGateway(ours, ground.site, { core: 1 })

  const gcRows: string[][] = []
  const scaleRows: string[][] = []
  for (const question of MAIN_QUESTIONS) {
    for (const gateway of [first, second]) await measureOnce(ground, gateway, question, seconds)
    const before = { paused: await pausedMs(first), cpu: first.process.cpuMs() }
    const alone: number[] = []
    const together: number[] = []
    for (let i = 0; i < rounds; i++) {
      alone.push((await measureOnce(ground, first, question, seconds)).cpuMs)
      const both = await Promise.all([first, second].map((gateway) => measureOnce(ground, gateway, question, seconds)))
      together.push(both.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 2)
    }
    const share = ((await pausedMs(first)) - before.paused) / (first.process.cpuMs() - before.cpu)
    gcRows.push([question.name, `${(share * 100).toFixed(1)} %`])
    const [one, two] = [median(alone), median(together)]
    scaleRows.push([question.name, round(one), round(two), `${((2 * one) / two).toFixed(2)} ×`])
  }
  writeSection('One process and two', [
    `Medians of ${rounds} rounds of ${seconds} s. The pauses of garbage collection as a share of the CPU (to reach: at most 5 %):`,
    '',
    ...table(['question', 'share'], gcRows),
    '',
    'Two processes, one on each core, the second sharing its core with load and subgraphs. What two can answer together is told by the CPU that a request costs when both run: twice the capacity of one, times the ratio (to reach: 1.9).',
    '',
    ...table(['question', 'CPU ms, one', 'CPU ms, each of two', 'capacity of two'], scaleRows),
    '',
    `From the start of the process to the first answer, four subgraphs, busy machine or not: ${startMs.toFixed(0)} ms.`,
  ])
}

function pausedMs({ process: { child } }: RunningGateway): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message: { readonly pausedMs: number }) => resolve(message.pausedMs))
    child.send('gc')
  })
}
