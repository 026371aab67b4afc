import type { Cashtag } from './domain/cashtag.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CashtagMapper = Cashtag
