import { printSchema, type Schema, Supergraph } from '@apollo/federation-internals'

/** What an engine must know of a supergraph besides its plans. */
export type SupergraphDescription = {
  /** The public API. */
  readonly apiSdl: string
  readonly subgraphs: readonly string[]
}

export type ReadSupergraph = {
  readonly supergraph: Supergraph
  readonly api: Schema
  readonly description: SupergraphDescription
}

/** Throws if the text is no supergraph. What composition has made sure of is not looked at again. */
export function readSupergraph(supergraphSdl: string): ReadSupergraph {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false })
  const api = supergraph.apiSchema()
  return {
    supergraph,
    api,
    description: { apiSdl: printSchema(api), subgraphs: [...supergraph.subgraphsMetadata()].map(({ name }) => name) },
  }
}
