import type { Logger } from '@planet/runtime/log'
import type { EngineName } from '../config.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import type { Engine } from './engine.ts'

type EngineDeps = {
  readonly supergraphSdl: string
  readonly calls: SubgraphCalls
  readonly log: Logger
  readonly maxAnswerBytes: number
}

/**
 * Starts the engine of that name. Rejects if the text is no supergraph. Only that engine is loaded: the other's packages
 * would cost a start several hundred milliseconds and tens of megabytes.
 */
export async function createEngine(name: EngineName, deps: EngineDeps): Promise<Engine> {
  if (name === 'compiled') {
    const { createCompiledEngine } = await import('./compiled-engine.ts')
    return createCompiledEngine(deps)
  }
  const { createApolloEngine } = await import('./apollo-engine.ts')
  return createApolloEngine(deps)
}
