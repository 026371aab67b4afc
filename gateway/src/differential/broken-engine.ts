import type { ExecutionResult } from 'graphql'
import { GraphQLError } from 'graphql'
import type { Engine } from '../engine/engine.ts'
import type { StartEngine } from './memory-graph.ts'

/** Mistakes that engines make. Each is one that the suite must see. */
export const MISTAKES = {
  'loses the last field of an object that has several': (result) => ({
    ...result,
    data: mapObjects(result.data, (entries) => (entries.length > 1 ? entries.slice(0, -1) : entries)),
  }),
  'gives the keys of an object in another order': (result) => ({
    ...result,
    data: mapObjects(result.data, (entries) => entries.toReversed()),
  }),
  'gives null for an empty text': (result) => ({
    ...result,
    data: mapObjects(result.data, (entries) => entries.map(([key, value]) => [key, value === '' ? null : value])),
  }),
  'keeps one error of several': (result) => ({ ...result, ...(result.errors ? { errors: result.errors.slice(0, 1) } : {}) }),
  'loses the paths of errors': (result) => ({
    ...result,
    ...(result.errors
      ? {
          errors: result.errors.map(
            ({ message, extensions, originalError }) => new GraphQLError(message, { extensions, originalError }),
          ),
        }
      : {}),
  }),
  'says nothing of errors': ({ data }) => ({ ...(data === undefined ? {} : { data }) }),
} satisfies Record<string, (result: ExecutionResult) => ExecutionResult>

/** An engine with one of the mistakes, to show that the suite is worth something. */
export const startBroken =
  (start: StartEngine, mistake: keyof typeof MISTAKES): StartEngine =>
  async (options) => {
    const engine = await start(options)
    const spoil = MISTAKES[mistake]
    const { executeText: _, ...rest } = engine
    return {
      ...rest,
      execute: async (operation, call) => spoil(await engine.execute(operation, call)),
      executeEvent: async (plan, event, operation, call) => spoil(await engine.executeEvent(plan, event, operation, call)),
    } satisfies Engine
  }

type Entries = [string, unknown][]

function mapObjects(value: unknown, change: (entries: Entries) => Entries): ExecutionResult['data'] {
  // What comes in is data of a result, so an object or null comes out on top.
  return mapInside(value, change) as ExecutionResult['data']
}

function mapInside(value: unknown, change: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((item) => mapInside(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(change(Object.entries(value)).map(([key, inner]) => [key, mapInside(inner, change)]))
}
