import type { ContextPinRow } from './db/context-pin.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type ContextPinMapper = ContextPinRow
