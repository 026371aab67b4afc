import { type Figures, measureOnce, openGround } from '../compare.ts'
import { OURS, type RunningGateway, startGateway } from '../gateways/gateways.ts'
import { MAIN_QUESTIONS } from '../graph/questions.ts'
import { median, pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

/** Of what one answers under full load, so that the core of the load is not the limit when both run. */
const SHARE_OF_FULL = 0.3

/** The share of garbage collection, and two processes against one. Ours only. */
export async function measureScaling(options: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { rounds, seconds } = options
  pinSelf(1)
  await using ground = await openGround()
  await using first = await startGateway(OURS, ground.site, { core: 0, env: { MEASURE_GC: '1' } })
  await using second = await startGateway(OURS, ground.site, { core: 1 })

  const gcRows: string[][] = []
  const scaleRows: string[][] = []
  for (const question of MAIN_QUESTIONS) {
    const measure = (gateway: RunningGateway, perSecond?: number) => measureOnce(ground, gateway, question, seconds, perSecond)
    // Warms both up.
    for (const gateway of [first, second]) await measure(gateway)
    const before = await readLoop(first)
    const full: number[] = []
    for (let i = 0; i < rounds; i++) full.push((await measure(first)).requestsPerSecond)
    const after = await readLoop(first)
    const share = (after.pausedMs - before.pausedMs) / (after.activeMs - before.activeMs)
    gcRows.push([question.name, `${(share * 100).toFixed(1)} %`])

    const perSecond = median(full) * SHARE_OF_FULL
    const measured: Round[] = []
    for (let i = 0; i < rounds * 2; i++) {
      const both = () => Promise.all([measure(first, perSecond), measure(second, perSecond)])
      // In turns, so that what else the machine does hits each alike.
      const early = i % 2 === 1 ? await both() : null
      const alone = [await measure(first, perSecond), await measure(second, perSecond)] as const
      measured.push({ alone, together: early ?? (await both()) })
    }
    const of = (pick: (round: Round) => number) => median(measured.map(pick))
    const capacity = of(({ alone: [a, b], together: [c, d] }) => a.cpuMs / c.cpuMs + b.cpuMs / d.cpuMs)
    scaleRows.push([
      question.name,
      round(perSecond),
      round(of(({ alone: [first] }) => first.cpuMs)),
      round(of(({ together: [first] }) => first.cpuMs)),
      round(of(({ alone: [, second] }) => second.cpuMs)),
      round(of(({ together: [, second] }) => second.cpuMs)),
      `${capacity.toFixed(2)} ×`,
    ])
  }
  writeSection('One process and two', [
    `Medians of ${rounds} rounds of ${seconds} s. The pauses of garbage collection as a share of the time in which the event loop was busy, both as a clock shows them (to reach: at most 5 %):`,
    '',
    ...table(['question', 'share'], gcRows),
    '',
    'Two processes, each on a core, the second sharing its core with load and subgraphs. Under full load these would be what is measured: one core of load cannot keep two busy, and what then comes more slowly is dearer. So each process gets three tenths of the requests that the first can answer, and is compared with itself: alone, with the other idle, and with the other under the same load. Two can answer as many times as much as one as alone / together comes to for both, added up round by round (to reach: 1.9). That the load works for two when both run is still in the figures, most in those of the second; what a busy neighbour costs is in all columns, because the load is one. Above 2 is noise.',
    '',
    ...table(
      [
        'question',
        'requests/s of each',
        'first alone, CPU ms',
        'first together',
        'second alone',
        'second together',
        'capacity of two',
      ],
      scaleRows,
    ),
  ])
}

/** What the first process and the second did. */
type Pair = readonly [Figures, Figures]
type Round = { readonly alone: Pair; readonly together: Pair }

/** Since the process began: time in which garbage collection stopped it, and time in which it was not idle. */
type Loop = { readonly pausedMs: number; readonly activeMs: number }

function readLoop({ process: { child } }: RunningGateway): Promise<Loop> {
  return new Promise((resolve) => {
    child.once('message', (message: Loop) => resolve(message))
    child.send('read')
  })
}
