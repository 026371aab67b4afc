import type { Cashtag } from './domain/cashtag.ts'
import type { StoredExternalRef } from './domain/external-ref.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type CashtagMapper = Cashtag
export type ExternalRefMapper = StoredExternalRef
