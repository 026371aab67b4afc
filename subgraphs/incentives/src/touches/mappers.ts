import type { TouchRow } from './db/touch.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type TouchMapper = TouchRow
