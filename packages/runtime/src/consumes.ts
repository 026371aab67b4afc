import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Types = z.array(z.string().regex(/^[a-z]+\.[A-Z][A-Za-z]*$/))

/** The types of events of other subgraphs that a subgraph reads: its file `consumes.json`. Its login may read no others. */
export const readConsumes = (subgraphFolder: URL): readonly string[] =>
  Types.parse(JSON.parse(readFileSync(new URL('consumes.json', subgraphFolder), 'utf8')))
