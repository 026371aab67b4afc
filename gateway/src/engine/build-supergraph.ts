import { Supergraph } from '@apollo/federation-internals'

/** As the planner reads it. Throws if the text is no supergraph; what composition has made sure of is not looked at again. */
export const buildSupergraph = (supergraphSdl: string): Supergraph =>
  Supergraph.build(supergraphSdl, { validateSupergraph: false })
