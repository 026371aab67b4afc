import { buildASTSchema, type DocumentNode, Kind, parse } from 'graphql'
import { apiDocumentOf } from './api-document.ts'
import type { Graph } from './compile.ts'
import { createTypeTest, possibleNames } from './compiling/type-tests.ts'
import { type AmbiguousNames, ambiguousNamesOf } from './planning/plannable-document.ts'
import { interfaceObjectsOf, narrowedFieldsOf } from './planning/type-names.ts'

/** What an engine must know of a supergraph besides its plans. */
export type ReadSupergraph = {
  readonly graph: Graph
  readonly ambiguous: AmbiguousNames
  /** Fields of whose objects the planner must be told to ask for the types. */
  readonly narrowed: ReadonlySet<string>
  readonly subgraphs: readonly string[]
}

/** Throws if the text is no GraphQL. Whether it is a supergraph the planner says. */
export function readSupergraph(supergraphSdl: string): ReadSupergraph {
  const supergraph = parse(supergraphSdl, { noLocation: true })
  const api = apiDocumentOf(supergraph)
  // Composition has made sure of it.
  const schema = buildASTSchema(api, { assumeValid: true, assumeValidSDL: true })
  const apiTypes = createTypeTest(api)
  return {
    graph: {
      schema,
      types: createTypeTest(supergraph),
      apiTypes,
      possibleTypes: possibleNames(apiTypes, interfaceObjectsOf(supergraph)),
    },
    ambiguous: ambiguousNamesOf(supergraph),
    narrowed: narrowedFieldsOf(supergraph),
    subgraphs: subgraphNamesOf(supergraph),
  }
}

const subgraphNamesOf = ({ definitions }: DocumentNode): readonly string[] =>
  definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? []).flatMap(({ directives = [] }) =>
          directives.flatMap(({ arguments: given = [] }) =>
            given.flatMap(({ name, value }) => (name.value === 'name' && value.kind === Kind.STRING ? [value.value] : [])),
          ),
        )
      : [],
  )
