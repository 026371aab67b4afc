import { Kind, type OperationDefinitionNode, print, stripIgnoredCharacters, visit } from 'graphql'
import type { Operation } from '../admission.ts'
import type { EngineStats } from './engine.ts'

/** What operations were made into. `get` makes what is not there. */
export type PlanCache<Value> = {
  get(operation: Operation): Value
  stats(): EngineStats
}

type Entry<Value> = {
  readonly value: Value
  readonly bytes: number
  isUsed: boolean
  readonly definitions: OperationDefinitionNode[]
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
        // Their documents are kept elsewhere, perhaps for longer.
        for (const definition of entry.definitions) byDefinition.delete(definition)
      }
    }
  }

  return {
    get(operation) {
      const { definition } = operation
      let entry = byDefinition.get(definition)
      if (!entry) {
        const key = normalised(operation)
        entry = entries.get(key)
        if (!entry) {
          misses++
          const made = make(operation)
          entry = { value: made.value, bytes: made.bytes + 2 * key.length, isUsed: false, definitions: [definition] }
          byDefinition.set(definition, entry)
          entries.set(key, entry)
          bytes += entry.bytes
          if (bytes > maxBytes) evict()
          return entry.value
        }
        byDefinition.set(definition, entry)
        entry.definitions.push(definition)
      }
      hits++
      entry.isUsed = true
      return entry.value
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
