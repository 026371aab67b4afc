import { type Figures, measureOnce, openGround } from '../compare.ts'
import { GATEWAYS, type RunningGateway, startGateway } from '../gateways/gateways.ts'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'
import { measureColdStart } from './cold-start.ts'

/** The share of garbage collection, two processes against one, and the time to the first answer. Ours only. */
export async function measureScaling(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { rounds, seconds } = options
  const [ours] = GATEWAYS
  if (!ours) throw new Error('there is no gateway')
  pinSelf(1)
  await using ground = await openGround()
  const starts = await measureColdStart(ours, ground, rounds)
  await using first = await startGateway(ours, ground.site, { core: 0, env: { MEASURE_GC: '1' } })
  await using second = await startGateway(ours, ground.site, { core: 1 })

  const gcRows: string[][] = []
  const scaleRows: string[][] = []
  for (const question of MAIN_QUESTIONS) {
    const measure = (gateway: RunningGateway) => measureOnce(ground, gateway, question, seconds)
    const both = () => Promise.all([measure(first), measure(second)])
    // Warms both up.
    for (const gateway of [first, second]) await measure(gateway)
    const before = await readLoop(first)
    const measured: Round[] = []
    for (let i = 0; i < rounds; i++) {
      // In turns, so that what else the machine does hits each alike.
      const early = i % 2 === 1 ? await both() : null
      const alone = [await measure(first), await measure(second)] as const
      measured.push({ alone, together: early ?? (await both()) })
    }
    const after = await readLoop(first)
    const share = (after.pausedMs - before.pausedMs) / (after.activeMs - before.activeMs)
    gcRows.push([question.name, `${(share * 100).toFixed(1)} %`])
    const of = (pick: (round: Round) => number) => median(measured.map(pick))
    const capacity = of(({ alone: [a, b], together: [c, d] }) => a.cpuMs / c.cpuMs + b.cpuMs / d.cpuMs)
    scaleRows.push([
      question.name,
      round(of(({ alone: [first] }) => first.cpuMs)),
      round(of(({ together: [first] }) => first.cpuMs)),
      round(of(({ alone: [, second] }) => second.cpuMs)),
      round(of(({ together: [, second] }) => second.cpuMs)),
      `${capacity.toFixed(2)} ×`,
      `${busy(of(({ alone: [first] }) => coreShare(first)))}, ${busy(of(({ together: [first] }) => coreShare(first)))}`,
    ])
  }
  writeSection('One process and two', [
    `Medians of ${rounds} rounds of ${seconds} s. The pauses of garbage collection as a share of the time in which the event loop was busy, both as a clock shows them (to reach: at most 5 %):`,
    '',
    ...table(['question', 'share'], gcRows),
    '',
    'Two processes, each on a core, the second sharing its core with load and subgraphs. What a request costs one that shares its core says nothing of the other process, so each is compared with itself: alone, with the load on the same core as ever and the other process idle, and then together, each under a load like that. Two can answer as many times as much as one as alone / together comes to for both, added up round by round (to reach: 1.9). Together, the core of the load works for both: the first then waits for requests, as the last column shows, and takes fewer at a time, and the second has twice the load beside it. What that costs is in the figures too. What a busy neighbour costs is in all columns, because the load is one.',
    '',
    ...table(
      [
        'question',
        'first alone, CPU ms',
        'first together',
        'second alone',
        'second together',
        'capacity of two',
        'core of the first busy, alone and together',
      ],
      scaleRows,
    ),
    '',
    `From the start of the process to the first answer, with the platform's supergraph of seven subgraphs: ${starts.laterMs.toFixed(0)} ms, and ${starts.firstMs.toFixed(0)} ms where no earlier start has left compiled code (to reach: 1,000). To the first answer that needs a plan: ${starts.plannedMs.toFixed(0)} ms.`,
  ])
}

/** What the first process and the second did. */
type Pair = readonly [Figures, Figures]
type Round = { readonly alone: Pair; readonly together: Pair }

/** How busy a process kept its core, 0 to 1. */
const coreShare = ({ cpuMs, requestsPerSecond }: Figures) => (cpuMs * requestsPerSecond) / 1000
const busy = (share: number) => `${(share * 100).toFixed(0)} %`

/** Since the process began: time in which garbage collection stopped it, and time in which it was not idle. */
type Loop = { readonly pausedMs: number; readonly activeMs: number }

function readLoop({ process: { child } }: RunningGateway): Promise<Loop> {
  return new Promise((resolve) => {
    child.once('message', (message: Loop) => resolve(message))
    child.send('read')
  })
}
