import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Ground, measureOnce, openGround } from '../compare.ts'
import { GATEWAYS, type GatewayKind, type RunningGateway, startGateway } from '../gateways/gateways.ts'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

const NOBODY = 'http://127.0.0.1:9/graphql'

/** The share of garbage collection, two processes against one, and the time to the first answer. Ours only. */
export async function measureScaling(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { rounds, seconds } = options
  const [ours] = GATEWAYS
  if (!ours) throw new Error('there is no gateway')
  pinSelf(1)
  await using ground = await openGround()
  const startsMs: number[] = []
  for (let i = 0; i < rounds; i++) startsMs.push(await coldStartMs(ours, ground))
  await using first = await startGateway(ours, ground.site, { core: 0, env: { MEASURE_GC: '1' } })
  await using second = await startGateway(ours, ground.site, { core: 1 })

  const gcRows: string[][] = []
  const scaleRows: string[][] = []
  for (const question of MAIN_QUESTIONS) {
    for (const gateway of [first, second]) await measureOnce(ground, gateway, question, seconds)
    const before = await readLoop(first)
    const alone: number[] = []
    const together: number[] = []
    for (let i = 0; i < rounds; i++) {
      alone.push((await measureOnce(ground, first, question, seconds)).cpuMs)
      const both = await Promise.all([first, second].map((gateway) => measureOnce(ground, gateway, question, seconds)))
      together.push(both.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 2)
    }
    const after = await readLoop(first)
    const share = (after.pausedMs - before.pausedMs) / (after.activeMs - before.activeMs)
    gcRows.push([question.name, `${(share * 100).toFixed(1)} %`])
    const [one, two] = [median(alone), median(together)]
    scaleRows.push([question.name, round(one), round(two), `${((2 * one) / two).toFixed(2)} ×`])
  }
  writeSection('One process and two', [
    `Medians of ${rounds} rounds of ${seconds} s. The pauses of garbage collection as a share of the time in which the event loop was busy, both as a clock shows them (to reach: at most 5 %):`,
    '',
    ...table(['question', 'share'], gcRows),
    '',
    'Two processes, one on each core, the second sharing its core with load and subgraphs. What two can answer together is told by the CPU that a request costs when both run: twice the capacity of one, times the ratio (to reach: 1.9).',
    '',
    ...table(['question', 'CPU ms, one', 'CPU ms, each of two', 'capacity of two'], scaleRows),
    '',
    `From the start of the process to the first answer, with the platform's supergraph of seven subgraphs: ${median(startsMs).toFixed(0)} ms (to reach: 1,000).`,
  ])
}

/** With the supergraph of the platform; its subgraphs are not there, and not needed for an answer. */
async function coldStartMs(kind: GatewayKind, ground: Ground): Promise<number> {
  const subgraphs = readdirSync(new URL('../../../subgraphs/', import.meta.url))
  const beganAt = performance.now()
  await using gateway = await startGateway(kind, ground.site, {
    core: 0,
    env: {
      SUPERGRAPH: fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url)),
      SUBGRAPHS: JSON.stringify(Object.fromEntries(subgraphs.map((name) => [name, { url: NOBODY, schema: '' }]))),
    },
  })
  return gateway.process.hasEnded() ? Number.NaN : performance.now() - beganAt
}

/** Since the process began: time in which garbage collection stopped it, and time in which it was not idle. */
type Loop = { readonly pausedMs: number; readonly activeMs: number }

function readLoop({ process: { child } }: RunningGateway): Promise<Loop> {
  return new Promise((resolve) => {
    child.once('message', (message: Loop) => resolve(message))
    child.send('read')
  })
}
