import { Supergraph } from '@apollo/federation-internals'
import type { DocumentNode } from 'graphql'

/** As the planner reads it. Throws if it is no supergraph; what composition has made sure of is not looked at again. */
export const buildSupergraph = (supergraph: string | DocumentNode): Supergraph =>
  Supergraph.build(supergraph, { validateSupergraph: false })
