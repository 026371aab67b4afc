import type { PredictionRow } from './db/prediction.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type PredictionMapper = PredictionRow
