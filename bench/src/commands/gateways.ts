import { type Comparison, compare, gatewaysNamed, type Measured, type Medians } from '../compare.ts'
import type { GatewayKind } from '../gateways/gateways.ts'
import { installPeers } from '../gateways/install.ts'
import { MAIN_QUESTIONS, type Question, SIDE_QUESTIONS } from '../graph/questions.ts'
import { pinSelf } from '../processes.ts'
import { round, table, writeSection } from '../report.ts'

/** Above it, the core of load and subgraphs and not the gateway limits requests per second. */
const LOAD_IS_LIMIT = 0.9

/** By how much ours is to be ahead, per question of `MAIN_QUESTIONS`. */
const TARGETS: Readonly<Record<string, readonly (number | null)[]>> = {
  'Apollo, stock': [10, 9, 14, 5],
  'Apollo, tuned': [3, 3, 6, 4],
  'Hive Gateway': [10, 10, 9, 4],
  'Mercurius, jit': [2, null, 14, null],
  'Grafbase, dev mode': [2, 1.7, 2, 1],
  'by hand': [1.2, 1.2, 1.2, 1],
}

export type CompareOptions = { readonly rounds: number; readonly seconds: number; readonly only: string | undefined }

const withPeers = (only: string | undefined): readonly GatewayKind[] => {
  const missing = installPeers()
  for (const peer of missing) console.error(`${peer} could not be installed and is left out.`)
  return gatewaysNamed(only).filter(({ peer }) => peer === null || !missing.includes(peer))
}

/** The headline: every request another person's, nothing shared in flight. */
export async function compareGateways({ rounds, seconds, only }: CompareOptions): Promise<void> {
  const kinds = withPeers(only)
  pinSelf(1)
  const comparison = await compare({ kinds, questions: MAIN_QUESTIONS, rounds, seconds })
  writeSection('Gateways, every request with its own authorization', [
    `Gateway on one core; load and subgraphs on the other; medians of ${rounds} interleaved rounds of ${seconds} s; 50 connections (8 for the largest answer); answers checked against the data before and during the run. All pass the authorization on unread; “Planet, verifying tokens” is ours as the platform runs it, which verifies every token and tells subgraphs a viewer that it has signed. CPU is that of the gateway's processes. \`≥\`: the core of load and subgraphs was the limit, so that the gateway could do more.`,
    '',
    ...versions(kinds),
    '',
    '### × as many requests as the peer: per second of the gateway’s CPU / per second',
    '',
    ...ratioTable(comparison, MAIN_QUESTIONS),
    '',
    '### The same per second of CPU, lowest and highest of single rounds',
    '',
    ...scatterTable(comparison, MAIN_QUESTIONS),
    '',
    ...MAIN_QUESTIONS.flatMap((question) => [`### ${question.name}`, '', ...figuresTable(comparison, question), '']),
  ])
}

/** Larger answers, slow subgraphs, unlike operations, the cost of one more fetch. */
export async function compareSides({ rounds, seconds, only }: CompareOptions): Promise<void> {
  const kinds = withPeers(only)
  pinSelf(1)
  const comparison = await compare({ kinds, questions: SIDE_QUESTIONS, rounds, seconds })
  const costs = kinds.flatMap((kind) => {
    const [one, three] = ['1 fetch', '3 fetches'].map((name) => {
      const question = SIDE_QUESTIONS.find((each) => each.name === name)
      return question && figuresOf(comparison.of(kind, question))
    })
    return one && three ? [{ kind, cost: (three.cpuMs - one.cpuMs) / 2 }] : []
  })
  const stock = costs.find(({ kind }) => kind.name === 'Apollo, stock')?.cost
  writeSection('Gateways, other traffic', [
    `As above, medians of ${rounds} rounds of ${seconds} s.`,
    '',
    '### CPU of one more fetch (to reach: at most a tenth of stock)',
    '',
    ...table(
      ['gateway', 'ms', 'of stock'],
      costs.map(({ kind, cost }) => [kind.name, cost.toFixed(3), stock ? `${((cost / stock) * 100).toFixed(0)} %` : '']),
    ),
    '',
    ...SIDE_QUESTIONS.flatMap((question) => [`### ${question.name}`, '', ...figuresTable(comparison, question), '']),
  ])
}

/** Everybody asks the same as the same person, and gateways may share what is in flight. Never the headline. */
export async function compareIdentical({ rounds, seconds, only }: CompareOptions): Promise<void> {
  const kinds = withPeers(only)
  pinSelf(1)
  const questions = MAIN_QUESTIONS.slice(0, 3)
  const comparison = await compare({ kinds, questions, rounds, seconds, deduplicate: true })
  writeSection('Gateways, identical requests, deduplication on where there is any', [
    `Nobody signs in and everybody asks the same; medians of ${rounds} rounds of ${seconds} s.`,
    '',
    ...questions.flatMap((question) => [`### ${question.name}`, '', ...figuresTable(comparison, question), '']),
  ])
}

const versions = (kinds: readonly GatewayKind[]): string[] => [
  `Versions: ${kinds.map((kind) => `${kind.name} (${kind.version()})`).join('; ')}.`,
]

const figuresOf = (measured: Measured) => ('fault' in measured ? undefined : measured)

function ratioTable(comparison: Comparison, questions: readonly Question[]): string[] {
  return againstPeers(comparison, questions, (mine, theirs, target) => {
    const isLimited = mine.loadShare > LOAD_IS_LIMIT
    const perSecond = `${isLimited ? '≥ ' : ''}${round(mine.requestsPerSecond / theirs.requestsPerSecond)}`
    const perCpu = theirs.cpuMs / mine.cpuMs
    const verdict = target ? ` (${perCpu >= target ? 'reaches' : 'misses'} ${target})` : ''
    return `${round(perCpu)} / ${perSecond}${verdict}`
  })
}

/** How far the ratios of single rounds lie apart, which is how much the machine's other work is in them. */
function scatterTable(comparison: Comparison, questions: readonly Question[]): string[] {
  return againstPeers(comparison, questions, (mine, theirs) => {
    const ratios = mine.rounds.map(({ cpuMs }, i) => (theirs.rounds[i]?.cpuMs ?? Number.NaN) / cpuMs)
    return `${round(Math.min(...ratios))} to ${round(Math.max(...ratios))}`
  })
}

/** A row for each peer and a column for each question: what was wrong, or what `cell` says of ours, theirs and the target. */
function againstPeers(
  comparison: Comparison,
  questions: readonly Question[],
  cell: (mine: Medians, theirs: Medians, target: number | null | undefined) => string,
): string[] {
  const [ours, ...others] = comparison.kinds
  if (!ours) return []
  const rows = others.map((kind) => [
    kind.name,
    ...questions.map((question, i) => {
      const [mine, theirs] = [figuresOf(comparison.of(ours, question)), comparison.of(kind, question)]
      if ('fault' in theirs) return theirs.fault
      return mine ? cell(mine, theirs, TARGETS[kind.name]?.[i]) : 'not measured'
    }),
  ])
  return table(['peer', ...questions.map(({ name }) => name)], rows)
}

function figuresTable(comparison: Comparison, question: Question): string[] {
  const kinds = comparison.kinds.filter(({ answers }) => answers?.(question.query(0)) !== false)
  const rows = kinds.map((kind) => {
    const measured = comparison.of(kind, question)
    if ('fault' in measured) return [kind.name, measured.fault, '', '', '', '', '']
    return [
      kind.name,
      `${measured.loadShare > LOAD_IS_LIMIT ? '≥ ' : ''}${round(measured.requestsPerSecond)}`,
      round(measured.cpuMs),
      round(measured.p50),
      round(measured.p99),
      measured.rssMb.toFixed(0),
      measured.fetches.toFixed(1),
    ]
  })
  return table(['gateway', 'requests/s', 'CPU ms/request', 'p50 ms', 'p99 ms', 'RSS MB', 'fetches'], rows)
}
