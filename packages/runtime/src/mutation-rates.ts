import { type GraphQLResolveInfo, type GraphQLSchema, Kind, parse } from 'graphql'
import MemoryStorage from 'rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js'
import { codedError } from './errors.ts'
import type { Viewer } from './viewer.ts'

/** How often one user may call a mutation: `perMinute` times within 60 s of real time. */
export type MutationRate = { readonly mutation: string; readonly perMinute: number }

const WINDOW_S = 60

/** What whoever starts a subgraph says of its rates. */
export type RateKeeping = {
  /** So many times the declared rates are allowed. Left out: 1. */
  readonly factor?: number
  /** While true nothing is counted: the sandbox plays months within seconds. Left out: never. */
  readonly isUnhurried?: () => boolean
}

/** The rates that the mutations of a schema, a subgraph's or the supergraph, declare with `@rate`, by name. */
export function readMutationRates(sdl: string): readonly MutationRate[] {
  const rates: MutationRate[] = []
  for (const definition of parse(sdl).definitions) {
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION
    if (!isObject || definition.name.value !== 'Mutation') continue
    for (const { name, directives = [] } of definition.fields ?? []) {
      const rate = directives.find((directive) => directive.name.value === 'rate')
      const perMinute = rate?.arguments?.find((argument) => argument.name.value === 'perMinute')?.value
      if (perMinute?.kind === Kind.INT) rates.push({ mutation: name.value, perMinute: Number(perMinute.value) })
    }
  }
  return rates.sort((a, b) => (a.mutation < b.mutation ? -1 : 1))
}

/**
 * Puts `rates` before the resolvers of the schema's mutations: beyond its rate a user's call is RATE_LIMITED with `limit` and
 * `retryAfterMs`, and nothing is looked up or stored. A repeat with the same idempotency key is a call like any other. Counted
 * in this process, by the machine's clock, from a user's first call on. `viewerOf` tells whose call has that context; a mutation
 * refuses whoever is not signed in itself.
 */
export function keepMutationRates(
  schema: GraphQLSchema,
  rates: readonly MutationRate[],
  options: RateKeeping & { readonly viewerOf: (context: unknown) => Viewer | null; readonly windowS?: number },
): void {
  const { viewerOf, factor = 1, isUnhurried = () => false, windowS = WINDOW_S } = options
  const mutations = schema.getMutationType()?.getFields() ?? {}
  for (const { mutation, perMinute } of rates) {
    const field = mutations[mutation]
    const resolve = field?.resolve
    if (!field || !resolve) throw new Error(`the rate of ${mutation} cannot be kept: there is no such mutation`)
    const limit = perMinute * factor
    const calls = new MemoryStorage()
    field.resolve = (source: unknown, args: unknown, context: unknown, info: GraphQLResolveInfo) => {
      const viewer = viewerOf(context)
      if (viewer && !isUnhurried()) {
        const { consumedPoints, msBeforeNext } = calls.incrby(viewer.userId, 1, windowS)
        if (consumedPoints > limit) throw rateLimited(mutation, limit, Math.max(1, msBeforeNext))
      }
      return resolve(source, args, context, info)
    }
  }
}

const rateLimited = (mutation: string, limit: number, retryAfterMs: number) =>
  codedError(
    'RATE_LIMITED',
    `A user may call \`${mutation}\` ${limit} times a minute. Wait ${Math.ceil(retryAfterMs / 1000)} s, then repeat.`,
    { limit, retryAfterMs },
  )
