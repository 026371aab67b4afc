import { z } from 'zod'
import type { MutationRate } from './mutation-rates.ts'
import type { Viewer } from './viewer.ts'

/** Kinds of callers, in the order in which they may ask for more. */
export const CALLER_KINDS = ['anonymous', 'user', 'partner', 'analyst'] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

/** What one caller may ask of the API. */
export type CallerLimits = {
  /** The largest cost that one operation may be estimated at. */
  readonly costPerOperation: number
  /** The most objects, and items of lists, that the answer to one operation may be estimated to hold. */
  readonly nodesPerOperation: number
  /** What all operations of one caller may cost within 60 s, at one gateway. */
  readonly costPerMinute: number
}

export type LimitsOfCallers = Readonly<Record<CallerKind, CallerLimits>>

/** A hundred of the dearest operations a minute, of whatever kind of caller. */
export const CALLER_LIMITS: LimitsOfCallers = {
  anonymous: { costPerOperation: 1_000, nodesPerOperation: 10_000, costPerMinute: 100_000 },
  user: { costPerOperation: 2_000, nodesPerOperation: 10_000, costPerMinute: 200_000 },
  partner: { costPerOperation: 5_000, nodesPerOperation: 10_000, costPerMinute: 500_000 },
  analyst: { costPerOperation: 50_000, nodesPerOperation: 500_000, costPerMinute: 5_000_000 },
}

/** What one document may hold, fragments written out; the same for everybody. */
export const DOCUMENT_LIMITS = { depth: 20, fields: 2_000 } as const

/** What one client may keep open. */
export const OPEN_LIMITS = { socketsPerUser: 50, socketsPerAddress: 500, operationsPerSocket: 100 } as const

/** What `Query.rateLimits` tells of a gateway. */
export type PublishedLimits = {
  readonly callers: LimitsOfCallers
  readonly socketsPerUser: number
  readonly socketsPerAddress: number
  readonly operationsPerSocket: number
  /** Of every mutation of the supergraph; empty where only a part of it is known. */
  readonly mutations: readonly MutationRate[]
}

export const PUBLISHED_LIMITS: PublishedLimits = { callers: CALLER_LIMITS, ...OPEN_LIMITS, mutations: [] }

/** The kind that a viewer is of; who has several roles counts as what may ask for most. An admin counts as an analyst. */
export function callerKindOf(viewer: Viewer | null): CallerKind {
  if (!viewer) return 'anonymous'
  const { roles } = viewer
  if (roles.includes('analyst') || roles.includes('admin')) return 'analyst'
  return roles.includes('partner') ? 'partner' : 'user'
}

const amount = (otherwise: number) => z.coerce.number().int().min(1).max(1_000_000_000).default(otherwise)

const ENV_NAMES = {
  costPerOperation: 'PLANET_COST_PER_OPERATION',
  nodesPerOperation: 'PLANET_NODES_PER_OPERATION',
  costPerMinute: 'PLANET_COST_PER_MINUTE',
} as const

const nameOf = (limit: keyof typeof ENV_NAMES, kind: CallerKind) => `${ENV_NAMES[limit]}_${kind.toUpperCase()}`

const limitsOfKind = (kind: CallerKind) =>
  z
    .object({
      [nameOf('costPerOperation', kind)]: amount(CALLER_LIMITS[kind].costPerOperation),
      [nameOf('nodesPerOperation', kind)]: amount(CALLER_LIMITS[kind].nodesPerOperation),
      [nameOf('costPerMinute', kind)]: amount(CALLER_LIMITS[kind].costPerMinute),
    })
    .transform(
      (data): CallerLimits => ({
        costPerOperation: data[nameOf('costPerOperation', kind)] ?? 0,
        nodesPerOperation: data[nameOf('nodesPerOperation', kind)] ?? 0,
        costPerMinute: data[nameOf('costPerMinute', kind)] ?? 0,
      }),
    )
    .refine(({ costPerOperation, costPerMinute }) => costPerOperation <= costPerMinute, {
      path: [nameOf('costPerMinute', kind)],
      message: 'is less than one operation may cost',
    })

type Environment = Readonly<Record<string, string | undefined>>

/** The limits of every kind of caller, and what is wrong with the variables that say so. */
export function readCallerLimits(env: Environment): { readonly limits: LimitsOfCallers; readonly faults: readonly string[] } {
  const read = CALLER_KINDS.map((kind) => ({ kind, result: limitsOfKind(kind).safeParse(env) }))
  return {
    limits: Object.freeze({
      ...CALLER_LIMITS,
      ...Object.fromEntries(read.map(({ kind, result }) => [kind, result.data ?? CALLER_LIMITS[kind]])),
    }),
    faults: read.flatMap(({ result }) =>
      (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ),
  }
}
