import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ground } from '../compare.ts'
import { type GatewayKind, startGateway } from '../gateways/gateways.ts'
import { median } from '../processes.ts'

const NOBODY = 'http://127.0.0.1:9/graphql'
/** Of the platform's API, with a plan of one fetch. */
const PLANNED = JSON.stringify({ query: '{ circles(first: 1) { edges { cursor } } }' })

/** Milliseconds from the start of the process; medians. */
export type ColdStart = {
  /** To the first answer, by a process that finds nothing of earlier ones. */
  readonly firstMs: number
  /** The same where an earlier process has left its compiled code, as every start but a machine's first finds it. */
  readonly laterMs: number
  /** As `laterMs`, to the first answer that needs a plan. */
  readonly plannedMs: number
}

/** Starts `kind` with the platform's supergraph of seven subgraphs, which are not there and not needed for an answer. */
export async function measureColdStart(kind: GatewayKind, ground: Ground, rounds: number): Promise<ColdStart> {
  const kept = join(ground.site.folder, 'compiled')
  await startOnce(kind, ground, kept)
  const first: number[] = []
  const later: number[] = []
  const planned: number[] = []
  for (let i = 0; i < rounds; i++) {
    first.push((await startOnce(kind, ground, `${kept}-${i}`)).answeredMs)
    const { answeredMs, plannedMs } = await startOnce(kind, ground, kept)
    later.push(answeredMs)
    planned.push(plannedMs)
  }
  return { firstMs: median(first), laterMs: median(later), plannedMs: median(planned) }
}

async function startOnce(kind: GatewayKind, ground: Ground, compiled: string) {
  const subgraphs = readdirSync(new URL('../../../subgraphs/', import.meta.url))
  const beganAt = performance.now()
  await using gateway = await startGateway(kind, ground.site, {
    core: 0,
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
