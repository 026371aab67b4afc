import type { GraphqlRequest } from '../../../src/admission/admission.ts'
import type { Trouble } from '../memory-graph.ts'
import type { Rows } from '../world.ts'

/** One request by hand. */
export type HandCase = GraphqlRequest & {
  /** What is promised, as the end of a sentence that begins with "it". */
  readonly title: string
  /** Other values of its variables, asked between the first time and the later ones. */
  readonly others?: readonly Readonly<Record<string, unknown>>[]
  /** What goes wrong outside the rows. With it, or with `isFaulty`, there is no oracle. */
  readonly trouble?: Trouble
  /** The rows that this reads hold faults. */
  readonly isFaulty?: true
  /** Where a subgraph breaks the protocol, an engine may give less than the reference, and reports it in its own words. */
  readonly isMalformed?: true
  /** Why the reference is wrong here; then only the oracle or `expected` counts. */
  readonly referenceIsWrong?: string
  /** The right answer where the oracle cannot give it: data as JSON, and whether there are errors. */
  readonly expected?: { readonly data: unknown; readonly hasErrors: boolean }
}

export type HandGraph = {
  readonly about: string
  /** Schemas by subgraph, without the link to federation. */
  readonly subgraphs: Readonly<Record<string, string>>
  readonly rows: Rows
  readonly cases: readonly HandCase[]
}

type Variables = Readonly<Record<string, unknown>>

/** A case that every engine answers right. */
export const right = (title: string, query: string, variables?: Variables, rest: Partial<HandCase> = {}): HandCase => ({
  title,
  query,
  variables,
  ...rest,
})

/** Makes cases that the reference answers wrong, all for one reason. */
export const wrongAs =
  (reason: string) =>
  (title: string, query: string, variables?: Variables, rest: Partial<HandCase> = {}): HandCase =>
    right(title, query, variables, { referenceIsWrong: reason, ...rest })
