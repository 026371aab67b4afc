import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ground, openGround } from '../compare.ts'
import { OURS, startGateway } from '../gateways/gateways.ts'
import { type Core, median, pinSelf } from '../processes.ts'
import { table, writeSection } from '../report.ts'

const NOBODY = 'http://127.0.0.1:9/graphql'
/** Of the platform's API, with a plan of one fetch. */
const PLANNED = JSON.stringify({ query: '{ circles(first: 1) { edges { cursor } } }' })

/** Milliseconds from the start of the process. */
type Start = {
  readonly answeredMs: number
  /** To the first answer that needs a plan. */
  readonly plannedMs: number
}

const CASES = [
  { name: 'all cores', core: 'any', findsCode: true },
  { name: 'all cores, without compiled code', core: 'any', findsCode: false },
  { name: 'one core', core: 0, findsCode: true },
  { name: 'one core, without compiled code', core: 0, findsCode: false },
] as const

/** Starts ours with the platform's supergraph of seven subgraphs, which are not there and not needed for an answer. */
export async function measureStart(options: { readonly rounds: number }): Promise<void> {
  pinSelf(1)
  await using ground = await openGround()
  const kept = join(ground.site.folder, 'compiled')
  await startOnce(ground, 'any', kept)
  const measured = CASES.map((each) => ({ ...each, starts: [] as Start[] }))
  for (let i = 0; i < options.rounds; i++)
    for (const { core, findsCode, starts } of measured)
      starts.push(await startOnce(ground, core, findsCode ? kept : `${kept}-${core}-${i}`))
  writeSection('The start', [
    `Milliseconds from the start of the process to the first answer, with the platform's supergraph of seven subgraphs; medians of ${options.rounds} rounds. Every start but a machine's first finds the compiled code that an earlier one has left.`,
    '',
    ...table(
      ['', 'first answer (to reach: 1,000)', 'first answer that needs a plan'],
      measured.map(({ name, starts }) => {
        const of = (pick: (start: Start) => number) => median(starts.map(pick)).toFixed(0)
        return [name, of(({ answeredMs }) => answeredMs), of(({ plannedMs }) => plannedMs)]
      }),
    ),
  ])
}

async function startOnce(ground: Ground, core: Core, compiled: string): Promise<Start> {
  const subgraphs = readdirSync(new URL('../../../subgraphs/', import.meta.url))
  const beganAt = performance.now()
  await using gateway = await startGateway(OURS, ground.site, {
    core,
    env: {
      NODE_COMPILE_CACHE: compiled,
      SUPERGRAPH: fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url)),
      SUBGRAPHS: JSON.stringify(Object.fromEntries(subgraphs.map((name) => [name, { url: NOBODY, schema: '' }]))),
    },
  })
  const answeredMs = performance.now() - beganAt
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(gateway.url, { method: 'POST', headers, body: PLANNED })
  // It was planned, and the one fetch found nobody.
  if (!(await reply.text()).includes('"UNAVAILABLE"')) throw new Error('the operation was not planned')
  return { answeredMs, plannedMs: performance.now() - beganAt }
}
