import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodegenConfig } from '@graphql-codegen/cli'

const root = import.meta.dirname

/**
 * What resolvers of a type get as their parent: `export type PostMapper = PostRow` in `src/mappers.ts`, or in that of a
 * subject, makes it `PostRow` for the GraphQL type `Post`. Types without a mapper are passed as they stand in the schema.
 */
function readMappers(name: string): Record<string, string> {
  const sources = join(root, 'subgraphs', name, 'src')
  const mappers = globSync('{mappers.ts,*/mappers.ts}', { cwd: sources }).flatMap((file) => {
    const exported = readFileSync(join(sources, file), 'utf8').matchAll(/^export (?:type|interface) (\w+)Mapper\b/gm)
    return [...exported].map(([, type]) => [type, `../${file}#${type}Mapper`] as const)
  })
  return Object.fromEntries(mappers)
}

/** Internal values, as `packages/runtime/src/scalars.ts` makes them. */
const scalars = {
  ID: { input: 'string', output: 'string' },
  Decimal: '@planet/runtime/decimal#Decimal',
  DateTime: 'Date',
  Duration: 'number',
  Cursor: 'string',
  _FieldSet: 'string',
}

const schemaOf = (name: string) => [
  'schema/common.graphql',
  `subgraphs/${name}/schema.graphql`,
  `subgraphs/${name}/src/*/schema.graphql`,
]

const resolverTypes = (name: string): CodegenConfig['generates'] => ({
  // For tables, domains and events: the types of resolvers depend on those, by the mappers.
  [`subgraphs/${name}/src/generated/enums.ts`]: {
    schema: schemaOf(name),
    plugins: ['typescript'],
    config: { onlyEnums: true, enumsAsTypes: true },
  },
  [`subgraphs/${name}/src/generated/resolvers.ts`]: {
    schema: schemaOf(name),
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      strictScalars: true,
      scalars,
      importExtension: '.ts',
      emitLegacyCommonJSImports: false,
      useTypeImports: true,
      enumsAsTypes: true,
      immutableTypes: true,
      contextType: '../context.ts#Context',
      mappers: readMappers(name),
      // A union's member is told by its `__typename`; elsewhere the schema tells the type.
      resolversNonOptionalTypename: { unionMember: true, interfaceImplementingType: true },
      // Input fields with a default and arguments with a default are always there; results may leave out what is null.
      avoidOptionals: {
        inputValue: false,
        object: false,
        field: false,
        defaultValue: true,
        query: true,
        mutation: true,
        subscription: true,
      },
      inputMaybeValue: 'T | null | undefined',
      makeResolverTypeCallable: true,
    },
  },
})

const subgraphs = readdirSync(join(root, 'subgraphs')).filter((name) =>
  existsSync(join(root, 'subgraphs', name, 'schema.graphql')),
)

const config: CodegenConfig = {
  generates: Object.assign({}, ...subgraphs.map(resolverTypes)),
  silent: true,
}

export default config
