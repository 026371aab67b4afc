import type { SubgraphRequest } from '@planet/runtime/subgraph'
import type { ExecutionResult } from 'graphql'

/** What a plan asks of one subgraph. */
export type SubgraphOperation = Pick<SubgraphRequest, 'query' | 'operationName' | 'variables'> & {
  /** The same three as JSON, ready to be a request's body. `variables` is then made only for who reads it. */
  readonly body?: string
  /**
   * Takes the data out of a reply that has nothing else; undefined where JSON.parse must have a look. Only for a reply
   * without backslashes and control characters; its text must be given where it is not ASCII.
   */
  readonly parse?: ((reply: Buffer, text?: string) => Record<string, unknown> | undefined) | undefined
  /** Told how large the reply is as JSON, before it is there. */
  weigh?(characters: number): void
}

/**
 * A subgraph's result. The data belongs to who asked, and is changed by it: one parsed answer never serves two. `isPlain`
 * is true if no string in it needs escaping in JSON: the body that it was parsed from has no backslash.
 */
export type SubgraphAnswer = ExecutionResult & { readonly isPlain?: boolean }
