import { existsSync, readdirSync, readFileSync } from 'node:fs'

const COMMON = new URL('../../../schema/common.graphql', import.meta.url)

/**
 * The files that a subgraph's schema is joined of: its own `schema.graphql`, which also links what others specify, and
 * `src/<subject>/schema.graphql` of each of its subjects, by name.
 */
export function schemaFiles(subgraphFolder: URL): readonly URL[] {
  const sources = new URL('src/', subgraphFolder)
  const subjects = existsSync(sources) ? readdirSync(sources).sort() : []
  return ['schema.graphql', ...subjects.map((subject) => `src/${subject}/schema.graphql`)]
    .map((file) => new URL(file, subgraphFolder))
    .filter((file) => existsSync(file))
}

/** The text of a subgraph's whole schema: its parts, and `schema/common.graphql`. */
export const readTypeDefs = (subgraphFolder: URL): string =>
  [...schemaFiles(subgraphFolder), COMMON].map((file) => readFileSync(file, 'utf8')).join('\n')
