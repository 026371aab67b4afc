import { Kind, type OperationDefinitionNode, print, stripIgnoredCharacters, visit } from 'graphql'
import type { Operation } from '../admission.ts'
import type { EngineStats } from './engine.ts'

/** What operations were made into. `get` makes what is not there. */
type PlanCache<Value> = {
  get(operation: Operation): Value
  stats(): EngineStats
}

type Entry<Value> = {
  /** Null once it has been evicted: a document that is kept elsewhere for longer must not hold it. */
  made: { readonly value: Value } | null
  readonly bytes: number
  isUsed: boolean
}

/**
 * Keeps what `make` gives per normalised operation: the operation and its fragments without layout and comments. Values of
 * variables are no part of it. Entries that were not used lately go when all together exceed `maxBytes`. Nothing is made
 * twice for operations that arrive together, because making does not wait.
 */
export function createPlanCache<Value>(
  make: (operation: Operation) => { readonly value: Value; readonly bytes: number },
  maxBytes: number,
): PlanCache<Value> {
  const entries = new Map<string, Entry<Value>>()
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
      } else {
        bytes -= entry.bytes
        entry.made = null
      }
    }
  }

  return {
    get(operation) {
      const { definition } = operation
      let entry = byDefinition.get(definition)
      if (!entry?.made) {
        const key = normalised(operation)
        entry = entries.get(key)
        if (!entry?.made) {
          misses++
          const made = make(operation)
          entry = { made, bytes: made.bytes + 2 * key.length, isUsed: false }
          byDefinition.set(definition, entry)
          entries.set(key, entry)
          bytes += entry.bytes
          if (bytes > maxBytes) evict()
          return made.value
        }
        byDefinition.set(definition, entry)
      }
      hits++
      entry.isUsed = true
      return entry.made.value
    },
    stats: () => ({ hits, misses, entries: entries.size, bytes }),
  }
}

/** The operation and the fragments that it uses, as one text. */
export function normalised({ definition, document }: Operation): string {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  )
  const used = new Set<string>()
  const texts: string[] = []
  const add = (node: Parameters<typeof visit>[0]) => {
    texts.push(stripIgnoredCharacters(print(node)))
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
