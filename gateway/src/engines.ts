import type { EngineName } from './config.ts'
import { createApolloEngine } from './engine/apollo-engine.ts'
import { createCompiledEngine } from './engine/compiled-engine.ts'
import type { Engine } from './engine/engine.ts'

type EngineDeps = Parameters<typeof createApolloEngine>[0]

/** Starts the engine of that name. Rejects if the text is no supergraph. */
export const createEngine = (name: EngineName, deps: EngineDeps): Promise<Engine> =>
  name === 'compiled' ? createCompiledEngine(deps) : createApolloEngine(deps)
