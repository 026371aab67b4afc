import type { Engine } from '../engine/engine.ts'
import { createTextReader } from './identity.ts'
import { readRules, type SubscriptionRules } from './rules.ts'

/** A schema that the gateway serves, or served when somebody subscribed. It lives until its last subscription ends. */
export type Generation = {
  readonly id: number
  readonly engine: Engine
  readonly rules: SubscriptionRules
  readonly texts: ReturnType<typeof createTextReader>
  /** Keeps it alive until the function that it gives is called. */
  retain(): () => void
  /** Nobody new comes. Resolves once the last one has gone. */
  retire(): Promise<void>
}

let count = 0

/** Throws for a supergraph whose subscriptions cannot keep what they declare. */
export function createGeneration(engine: Engine, supergraphSdl: string): Generation {
  const rules = readRules(supergraphSdl, engine.schema)
  const unused = Promise.withResolvers<void>()
  let users = 0
  let isRetired = false
  const settle = () => {
    if (isRetired && users === 0) unused.resolve()
  }
  return {
    id: ++count,
    engine,
    rules,
    texts: createTextReader(engine.schema, rules),
    retain() {
      users++
      let isReleased = false
      return () => {
        if (isReleased) return
        isReleased = true
        users--
        settle()
      }
    },
    retire() {
      isRetired = true
      settle()
      return unused.promise
    },
  }
}
