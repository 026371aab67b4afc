import { heapLevel } from '@planet/runtime/heap'
import type { Engine } from './engine/engine.ts'
import { CALL_OUTCOMES, type GuardedTransport, type GuardStats } from './subgraphs/subgraph-guard.ts'
import type { HubStats } from './subscriptions/hub.ts'

/**
 * What became of operations: answered without errors; with some; with nothing but errors; not executed at all, because they
 * were not admitted. `subscribed` are subscriptions that were opened.
 */
const OUTCOMES = ['answered', 'partial', 'failed', 'refused', 'subscribed'] as const
type Outcome = (typeof OUTCOMES)[number]

/** Streams to clients. */
export type GatewayStats = HubStats & {
  readonly sockets: number
  readonly eventSources: number
  /** Connections that were cut because too much waited for all clients together. */
  readonly cut: number
}

/** Counters since the start of the process. */
export type Metrics = {
  count(outcome: Outcome): void
  /** Counts an answer by its errors, and gives it back. `hasData` says whether it has data other than null. */
  counted<Answer extends { readonly errors?: readonly unknown[] }>(answer: Answer, hasData: boolean): Answer
  /** All of them in the text format of Prometheus. */
  text(): string
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** `engine` is asked for each time, because a schema may take the place of another. */
export function createMetrics(parts: {
  readonly engine: () => Pick<Engine, 'stats'>
  readonly subgraphs: Readonly<Record<string, Pick<GuardedTransport, 'stats'>>>
  readonly streams: () => GatewayStats
  /** `isHearing` is null where the gateway hears of none. */
  readonly revocations: () => { readonly kept: number; readonly isHearing: boolean | null }
  /** Lines about what else runs in this process. */
  readonly more: () => readonly string[]
}): Metrics {
  const counts: Record<Outcome, number> = { answered: 0, partial: 0, failed: 0, refused: 0, subscribed: 0 }
  return {
    count(outcome) {
      counts[outcome]++
    },
    counted(answer, hasData) {
      counts[(answer.errors?.length ?? 0) === 0 ? 'answered' : hasData ? 'partial' : 'failed']++
      return answer
    },
    text: () =>
      [
        ...operationLines(counts),
        ...engineLines(parts.engine()),
        ...subgraphLines(parts.subgraphs),
        ...streamLines(parts.streams()),
        ...revocationLines(parts.revocations()),
        ...parts.more(),
        ...processLines(),
      ]
        .join('\n')
        .concat('\n'),
  }
}

type Kind = 'counter' | 'gauge' | 'summary'

const head = (name: string, kind: Kind, help: string) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`]
const metric = (name: string, kind: Kind, help: string, value: number) => [...head(name, kind, help), `${name} ${value}`]

const operationLines = (counts: Readonly<Record<Outcome, number>>) => [
  ...head('planet_gateway_operations_total', 'counter', 'Operations by what became of them.'),
  ...OUTCOMES.map((outcome) => `planet_gateway_operations_total{outcome="${outcome}"} ${counts[outcome]}`),
]

function engineLines({ stats }: Pick<Engine, 'stats'>): readonly string[] {
  if (!stats) return []
  const { hits, misses, entries, bytes, planned, refused, planningMs } = stats()
  const planning = 'planet_gateway_planning_seconds'
  return [
    ...metric('planet_gateway_plan_cache_hits_total', 'counter', 'Operations whose plan was there.', hits),
    ...metric('planet_gateway_plan_cache_misses_total', 'counter', 'Operations that had to be planned.', misses),
    ...metric('planet_gateway_plan_cache_entries', 'gauge', 'Plans that are kept.', entries),
    ...metric('planet_gateway_plan_cache_bytes', 'gauge', 'What the plans that are kept take, estimated.', bytes),
    ...metric('planet_gateway_plans_refused_total', 'counter', 'Operations that could not be planned.', refused),
    ...head(planning, 'summary', 'Time from the wish for a plan to its use, waiting included.'),
    `${planning}_sum ${planningMs / 1000}`,
    `${planning}_count ${planned}`,
  ]
}

const STATES = ['up', 'away', 'refused'] as const

function subgraphLines(subgraphs: Readonly<Record<string, Pick<GuardedTransport, 'stats'>>>): readonly string[] {
  const all = Object.entries(subgraphs).map(([name, subgraph]) => [name, subgraph.stats()] as const)
  const each = (metric: string, kind: Kind, help: string, valueOf: (stats: GuardStats) => number) => [
    ...head(metric, kind, help),
    ...all.map(([name, stats]) => `${metric}{subgraph="${name}"} ${valueOf(stats)}`),
  ]
  const [calls, state] = ['planet_gateway_subgraph_calls_total', 'planet_gateway_subgraph_state']
  return [
    ...head(calls, 'counter', 'Calls of subgraphs by how they ended; refused ones were not sent.'),
    ...all.flatMap(([name, { outcomes }]) =>
      CALL_OUTCOMES.map((outcome) => `${calls}{subgraph="${name}",outcome="${outcome}"} ${outcomes[outcome]}`),
    ),
    ...each(
      'planet_gateway_subgraph_repeats_total',
      'counter',
      'Reads that were sent again after their connection broke.',
      (stats) => stats.repeated,
    ),
    ...each(
      'planet_gateway_subgraph_calls',
      'gauge',
      'Calls that are under way, waiting ones included.',
      (stats) => stats.underWay,
    ),
    ...each('planet_gateway_subgraph_waiting', 'gauge', 'Reads that wait for a subgraph that is away.', (stats) => stats.waiting),
    ...head(state, 'gauge', '1 for the state that a subgraph is in; refused: the breaker is open.'),
    ...all.flatMap(([name, stats]) =>
      STATES.map((each) => `${state}{subgraph="${name}",state="${each}"} ${stats.state === each ? 1 : 0}`),
    ),
  ]
}

const streamLines = (streams: GatewayStats): readonly string[] => [
  ...metric('planet_gateway_sockets', 'gauge', 'WebSockets that are open.', streams.sockets),
  ...metric('planet_gateway_event_sources', 'gauge', 'Streams of server-sent events that are open.', streams.eventSources),
  ...metric('planet_gateway_subscriptions', 'gauge', 'Subscriptions that are open.', streams.subscriptions),
  ...metric(
    'planet_gateway_subscription_groups',
    'gauge',
    'Upstreams that are open; equal subscriptions share one.',
    streams.groups,
  ),
  ...metric('planet_gateway_frames_total', 'counter', 'Events that were executed and written, once per group.', streams.frames),
  ...metric('planet_gateway_slow_consumers_total', 'counter', 'Subscriptions ended because nobody read.', streams.slowConsumers),
  ...metric('planet_gateway_cut_connections_total', 'counter', 'Connections cut because too much waited for all.', streams.cut),
  ...metric('planet_gateway_failovers_total', 'counter', 'Upstreams that were opened again.', streams.failovers),
]

const revocationLines = ({ kept, isHearing }: { readonly kept: number; readonly isHearing: boolean | null }) => [
  ...metric('planet_gateway_revocations', 'gauge', 'Revocations of tokens that are kept.', kept),
  ...(isHearing === null
    ? []
    : metric('planet_gateway_hears_revocations', 'gauge', '0 while no revocation can be heard.', isHearing ? 1 : 0)),
]

function processLines(): readonly string[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  return [
    ...metric('process_cpu_seconds_total', 'counter', 'CPU time of the process.', (user + system) / 1e6),
    ...metric('process_resident_memory_bytes', 'gauge', 'Memory that the process occupies.', rss),
    ...metric('nodejs_heap_size_used_bytes', 'gauge', 'Heap in use, of the main thread.', heapUsed),
    ...metric(
      'planet_gateway_shedding_load',
      'gauge',
      '1 while operations are refused because the heap is nearly full.',
      heapLevel() === 'relaxed' ? 0 : 1,
    ),
  ]
}
