import { createApolloEngine } from '../../src/engine/apollo-engine.ts'
import { createCompiledEngine } from '../../src/engine/compiled-engine.ts'
import type { StartEngine } from './memory-graph.ts'

/** Answers of these sizes are not in pieces otherwise. */
const PIECE_LENGTH = 64

/** The engine as it is in production, but for where it plans. */
export const startEngine: StartEngine = (options) =>
  createCompiledEngine({ ...options, planning: options.planner ?? 'inline', pieceLength: PIECE_LENGTH })

/** Who is compared where nothing is to be shown about the suite itself, on that many operations per graph. */
export const CONTESTANTS = { engine: startEngine, reference: createApolloEngine, operations: 40, isReduced: true }
