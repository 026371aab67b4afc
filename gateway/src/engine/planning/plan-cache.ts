import { type FragmentDefinitionNode, type OperationDefinitionNode, visit } from 'graphql'
import type { Operation } from '../../admission/admission.ts'
import { textOfDefinition } from '../../admission/document-text.ts'
import { fragmentsOf } from '../../admission/fragments.ts'
import type { EngineStats } from '../engine.ts'

/** What operations were made into. `get` makes what is not there. */
type PlanCache<Value> = {
  /** A promise only for what is being made. */
  get(operation: Operation): Value | Promise<Value>
  stats(): CacheStats
}

type CacheStats = Pick<EngineStats, 'hits' | 'misses' | 'entries' | 'bytes'>

export type Made<Value> = {
  readonly value: Value
  /** What it takes of the heap. May grow by being used. */
  readonly bytes: () => number
  /** How long it holds; absent is for ever. */
  readonly holdsMs?: number
}

type Entry<Value> = {
  /** Null once it has been evicted: a document that is kept elsewhere for longer must not hold it. */
  made: Made<Value> | null
  bytes: number
  readonly keyBytes: number
  /** In milliseconds of `performance.now`. */
  readonly staleAt: number
  isUsed: boolean
}

/**
 * Keeps what `make` gives per normalised operation: the operation and its fragments without layout and comments. Values of
 * variables are no part of it. Entries that were not used lately go when all together exceed `maxBytes`. Operations that
 * arrive while an equal one is being made wait for that one.
 */
export function createPlanCache<Value>(make: (operation: Operation) => Promise<Made<Value>>, maxBytes: number): PlanCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  const pending = new Map<string, Promise<Value>>()
  // Saves the printing where a parsed document comes again.
  const byDefinition = new WeakMap<OperationDefinitionNode, Entry<Value>>()
  let bytes = 0
  let hits = 0
  let misses = 0

  const evict = () => {
    for (const [key, entry] of entries) {
      if (bytes <= maxBytes) return
      entries.delete(key)
      if (entry.isUsed) {
        entry.isUsed = false
        entries.set(key, entry)
      } else remove(entry)
    }
  }
  const remove = (entry: Entry<Value>) => {
    if (entry.made) bytes -= entry.bytes
    entry.made = null
  }
  const weigh = (entry: Entry<Value>, made: Made<Value>) => {
    const weight = made.bytes() + entry.keyBytes
    if (weight === entry.bytes) return
    bytes += weight - entry.bytes
    entry.bytes = weight
    if (bytes > maxBytes) evict()
  }
  const add = (key: string, operation: Operation): Promise<Value> => {
    misses++
    const adding = make(operation)
      .then((made) => {
        const staleAt = made.holdsMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + made.holdsMs
        const entry: Entry<Value> = { made, bytes: 0, keyBytes: 2 * key.length, staleAt, isUsed: false }
        byDefinition.set(operation.definition, entry)
        const stale = entries.get(key)
        if (stale) remove(stale)
        entries.set(key, entry)
        weigh(entry, made)
        return made.value
      })
      .finally(() => pending.delete(key))
    pending.set(key, adding)
    return adding
  }

  return {
    get(operation) {
      const { definition } = operation
      let entry = byDefinition.get(definition)
      if (!entry?.made || entry.staleAt < performance.now()) {
        const key = normalised(operation)
        entry = entries.get(key)
        if (!entry?.made || entry.staleAt < performance.now()) {
          const adding = pending.get(key)
          if (adding) hits++
          return adding ?? add(key, operation)
        }
        byDefinition.set(definition, entry)
      }
      hits++
      entry.isUsed = true
      const { made } = entry
      weigh(entry, made)
      return made.value
    },
    stats: () => ({ hits, misses, entries: entries.size, bytes }),
  }
}

/** The operation and the fragments that it uses, as one text. */
export function normalised({ definition, document }: Operation): string {
  const fragments = fragmentsOf(document)
  const used = new Set<string>()
  const texts: string[] = []
  const add = (node: OperationDefinitionNode | FragmentDefinitionNode) => {
    texts.push(textOfDefinition(node))
    visit(node, {
      FragmentSpread({ name: { value: name } }) {
        const fragment = fragments.get(name)
        if (!fragment || used.has(name)) return
        used.add(name)
        add(fragment)
      },
    })
  }
  add(definition)
  return texts.join('\n')
}
