import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readTypeDefs } from '@planet/runtime/type-defs'
import { composeServices } from '@theguild/federation-composition'
import { buildASTSchema, Kind, lexicographicSortSchema, parse, printSchema } from 'graphql'

/** A subgraph as the composer sees it: its name and the text of its whole schema. */
export type SubgraphText = { readonly name: string; readonly typeDefs: string }

export type Composition = {
  /** What the gateway boots from. */
  readonly supergraph: string
  /** The public API: no federation machinery, sorted by name. */
  readonly api: string
}

const root = join(import.meta.dirname, '..')

/** Every subgraph that has a `schema.graphql`, by name. */
export function readSubgraphTexts(): readonly SubgraphText[] {
  const folders = join(root, 'subgraphs')
  return readdirSync(folders)
    .filter((name) => existsSync(join(folders, name, 'schema.graphql')))
    .sort()
    .map((name) => ({ name, typeDefs: readTypeDefs(pathToFileURL(`${join(folders, name)}/`)) }))
}

/** A name, not an address: where a subgraph is reached is the gateway's configuration. */
export const placeholderUrl = (name: string) => `http://${name}.planet.internal/`

/** Throws one error that lists everything the composer found wrong. */
export function composeSupergraph(subgraphs: readonly SubgraphText[]): Composition {
  const composed = composeServices(
    subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: placeholderUrl(name) })),
  )
  if (composed.supergraphSdl === undefined) {
    throw new Error(['The subgraphs do not compose:', ...(composed.errors ?? []).map((error) => `- ${error.message}`)].join('\n'))
  }
  return { supergraph: `${composed.supergraphSdl.trim()}\n`, api: printApi(composed.publicSdl) }
}

/** Clients see no directive but the standard ones: what ours say is for the gateway, and stands in the descriptions. */
function printApi(publicSdl: string): string {
  const { definitions } = parse(publicSdl)
  const types = definitions.filter(({ kind }) => kind !== Kind.DIRECTIVE_DEFINITION)
  const schema = buildASTSchema({ kind: Kind.DOCUMENT, definitions: types }, { assumeValidSDL: true })
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
