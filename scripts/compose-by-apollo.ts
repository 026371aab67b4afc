import { composeServices } from '@apollo/composition'
import { apiDocumentOf } from '@planet/gateway/engine/api-document'
import { buildASTSchema, parse, printSchema } from 'graphql'
import { type Composition, placeholderUrl, type SubgraphText } from './compose-supergraph.ts'

/** As `composeSupergraph`, by Apollo's composer, for what ours does not take: a Query that a field leads to. */
export function composeByApollo(subgraphs: readonly SubgraphText[]): Composition {
  const composed = composeServices(
    subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: placeholderUrl(name) })),
  )
  const { supergraphSdl } = composed
  if (supergraphSdl === undefined) {
    throw new Error(['The subgraphs do not compose:', ...(composed.errors ?? []).map((error) => `- ${error.message}`)].join('\n'))
  }
  const api = apiDocumentOf(parse(supergraphSdl, { noLocation: true }))
  return { supergraph: supergraphSdl, api: printSchema(buildASTSchema(api, { assumeValidSDL: true })) }
}
