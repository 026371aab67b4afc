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
  { name: 'all cores', core: 'any' },
  { name: 'one core', core: 0 },
] as const

/**
 * Starts ours with the platform's supergraph of seven subgraphs, which are not there and not needed for an answer, with
 * the compiled code that an earlier process has left, as every start but a machine's first finds it, and without any.
 */
export async function measureStarts(options: { readonly rounds: number }): Promise<void> {
  pinSelf(1)
  await using ground = await openGround()
  const kept = join(ground.site.folder, 'compiled')
  await startOnce(ground, 'any', kept)
  const measured = CASES.map((each) => ({ ...each, withCode: [] as Start[], without: [] as Start[] }))
  for (let i = 0; i < options.rounds; i++)
    for (const { core, withCode, without } of measured) {
      withCode.push(await startOnce(ground, core, kept))
      without.push(await startOnce(ground, core, `${kept}-${core}-${i}`))
    }
  writeSection('The start', [
    `Milliseconds from the start of the process to the first answer, with the platform's supergraph of seven subgraphs; medians of ${options.rounds} rounds. Every start but a machine's first finds the compiled code that an earlier one has left.`,
    '',
    ...table(
      ['', 'first answer (to reach: 1,000)', 'without compiled code', 'first answer that needs a plan', 'without compiled code'],
      measured.map(({ name, withCode, without }) => {
        const [later, first] = [medianOf(withCode), medianOf(without)]
        return [name, ...[later.answeredMs, first.answeredMs, later.plannedMs, first.plannedMs].map((ms) => ms.toFixed(0))]
      }),
    ),
  ])
}

const medianOf = (starts: readonly Start[]): Start => ({
  answeredMs: median(starts.map(({ answeredMs }) => answeredMs)),
  plannedMs: median(starts.map(({ plannedMs }) => plannedMs)),
})

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
