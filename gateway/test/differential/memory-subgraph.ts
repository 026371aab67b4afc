import {
  buildASTSchema,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  type InterfaceTypeDefinitionNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import type { SubgraphText } from '../../../scripts/compose-supergraph.ts'
import type { SubgraphOperation } from '../../src/subgraphs/subgraph-operation.ts'
import { withFaults, withoutPromises } from './every-error.ts'
import {
  type Asked,
  Derived,
  isRow,
  missingRequirement,
  pick,
  pickGiven,
  type Row,
  type Rows,
  read,
  readField,
  type State,
  selectionOf,
  stableText,
} from './world.ts'
import { applyWrongForm, type WrongForm } from './wrong-forms.ts'

/** What goes wrong inside one subgraph. Each function may throw what the field or the reference shall answer with. */
export type Faults = {
  /** Called before a field of a row is read; `{ value }` replaces the value. */
  readonly field?: (subgraph: string, row: Row, field: string) => { readonly value: unknown } | undefined
  /** Called for each representation that was found; null makes it unknown. */
  readonly entity?: (subgraph: string, row: Row) => null | undefined
  /** What is sent in another form than its type's. */
  readonly wrong?: WrongForm
}

type ResponsePath = GraphQLResolveInfo['path']
type Place = readonly (string | number)[]
/** One request, and the places of what it answers in the wrong form. */
type Answering = Run & { readonly wrongAt: Place[] }

export type Run = { readonly rows: Rows; readonly state: State; readonly faults: Faults }

/** A subgraph that shows its part of the rows, executed by graphql-js. */
export type MemorySubgraph = { readonly name: string; run(operation: SubgraphOperation, run: Run): Promise<ExecutionResult> }

/** A row as one subgraph sees it: `given` is the representation it came by. */
type Seen = { readonly row: Row; readonly given: Readonly<Record<string, unknown>> | null; readonly as: string }
type Typed = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

/**
 * `api` tells which rows an interface object stands for; `overridden` holds `Type.field` of fields that another subgraph
 * has taken over, which must not be asked any more.
 */
export function createMemorySubgraph(text: SubgraphText, api: GraphQLSchema, overridden: ReadonlySet<string>): MemorySubgraph {
  const types = typesOf(parse(text.typeDefs))
  const schemaText = schemaDocumentOf(parse(text.typeDefs))
  const schema = buildASTSchema(schemaText, { assumeValidSDL: true })
  const lenient = buildASTSchema(withoutPromises(schemaText), { assumeValidSDL: true })
  const keys = new Map([...types].map(([name, type]) => [name, keysOf(type)]))
  const interfaceObjects = new Set(
    [...types].filter(([, type]) => directivesOf(type, 'interfaceObject').length > 0).map(([name]) => name),
  )
  const externals = new Set<string>()
  for (const [name, type] of types) {
    for (const field of type.fields ?? []) {
      if (directivesOf(field, 'external').length > 0) externals.add(`${name}.${field.name.value}`)
    }
  }
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>()
  const documentOf = (query: string) => {
    const known = documents.get(query)
    if (known) return known
    const document = parse(query)
    const errors = validate(schema, document)
    const made = errors.length > 0 ? errors : document
    documents.set(query, made)
    return made
  }

  const see = (value: unknown, type: GraphQLNamedType): unknown => {
    if (Array.isArray(value)) return value.map((item) => see(item, type))
    // A custom scalar may hold what looks like a row.
    if (!isRow(value) || !isCompositeType(type)) return value
    const as = schema.getType(value.__typename) ? value.__typename : type.name
    return { row: value, given: null, as } satisfies Seen
  }

  const standsFor = (name: string, row: Row) => {
    if (row.__typename === name) return true
    const type = api.getType(name)
    return isAbstractType(type) && api.getPossibleTypes(type).some((possible) => possible.name === row.__typename)
  }

  const findEntity = (given: Record<string, unknown>, asked: Asked): Row | null => {
    const name = String(given.__typename)
    for (const key of keys.get(name) ?? []) {
      const wanted = pickGiven(given, key)
      if (wanted === undefined) continue
      const isMeant = (row: Row) => standsFor(name, row) && stableText(pick(row, key, asked)) === stableText(wanted)
      return Object.values(asked.rows).find(isMeant) ?? null
    }
    throw new GraphQLError(`${text.name} cannot resolve ${JSON.stringify(given)}`)
  }

  const entities = (representations: readonly Record<string, unknown>[], asked: Asked, faults: Faults) =>
    representations.map((given) => {
      try {
        const row = findEntity(given, asked)
        if (!row || faults.entity?.(text.name, row) === null) return null
        const as = isObjectType(schema.getType(String(given.__typename))) ? String(given.__typename) : row.__typename
        return { row, given, as } satisfies Seen
      } catch (error) {
        return error
      }
    })

  const fieldResolver: GraphQLFieldResolver<Seen | undefined, Answering> = (source, args, run, info) => {
    const asked: Asked = { args, state: run.state, rows: run.rows }
    const { fieldName } = info
    const typeName = info.parentType.name
    const { wrong } = run.faults
    if (wrong?.type === typeName && wrong.field === fieldName) run.wrongAt.push(placeOf(info.path))
    if (source === undefined && fieldName === '_entities') {
      // The type of the argument is [_Any!]!.
      return entities(args.representations as Record<string, unknown>[], asked, run.faults)
    }
    const row = source?.row ?? run.rows[typeName]
    if (!row) throw new Error(`there is no row ${typeName}`)
    const replaced = run.faults.field?.(text.name, row, fieldName)
    if (replaced) return see(replaced.value, getNamedType(info.returnType))
    return see(valueIn(source, row, typeName, fieldName, asked), getNamedType(info.returnType))
  }

  const valueIn = (source: Seen | undefined, row: Row, typeName: string, field: string, asked: Asked): unknown => {
    const coordinate = `${typeName}.${field}`
    if (overridden.has(coordinate)) throw new GraphQLError(`${coordinate} was taken over from ${text.name}`)
    const value = row[field]
    if (value instanceof Derived) {
      // Reached without a representation, the subgraph has been relied on by @provides to know what is required.
      if (!source?.given) return readField(row, field, asked)
      const given = pickGiven(source.given, selectionOf(value.selection))
      if (given === undefined || given === null) throw missingRequirement(coordinate)
      // A selection of an object gives an object.
      return read(value.compute(given as Record<string, unknown>, asked.args), asked)
    }
    const given = source?.given?.[field]
    if (externals.has(coordinate) && given !== undefined) return given
    return readField(row, field, asked)
  }

  return {
    name: text.name,
    async run({ query, operationName, variables }, run) {
      const document = documentOf(query)
      if (!('kind' in document)) return { errors: document }
      const before = { ...run.state }
      const wrongAt: Place[] = []
      const asked: ExecutionArgs = {
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: variables ?? {},
        contextValue: { ...run, wrongAt } satisfies Answering,
        fieldResolver,
        // graphql-js calls this with what `see` and `entities` made.
        typeResolver: (value, _, info, abstractType) =>
          typeNameOf(value as Seen, info.schema, abstractType.name, interfaceObjects),
      }
      const result = await execute(asked)
      if (run.faults.wrong) applyWrongForm(run.faults.wrong, result.data, wrongAt)
      if (!result.errors) return result
      // graphql-js tells the first error below a null, and which that is goes by the order of the fields.
      const { errors } = await execute({
        ...asked,
        schema: lenient,
        contextValue: { ...run, state: before, wrongAt: [] } satisfies Answering,
        fieldResolver: withFaults(fieldResolver, schema),
      })
      return errors ? { ...result, errors } : result
    },
  }
}

const placeOf = (path: ResponsePath): Place => [...(path.prev ? placeOf(path.prev) : []), path.key]

function typeNameOf(seen: Seen, schema: GraphQLSchema, abstractName: string, interfaceObjects: ReadonlySet<string>): string {
  const abstract = schema.getType(abstractName)
  const isPossible = isAbstractType(abstract) && schema.getPossibleTypes(abstract).some(({ name }) => name === seen.as)
  return isPossible ? seen.as : ([...interfaceObjects][0] ?? seen.as)
}

const directivesOf = (node: { readonly directives?: readonly DirectiveNode[] | undefined }, name: string) =>
  (node.directives ?? []).filter((directive) => directive.name.value === name)

const argumentOf = (directive: DirectiveNode, name: string) => directive.arguments?.find((arg) => arg.name.value === name)?.value

function keysOf(type: Typed): readonly SelectionSetNode[] {
  return directivesOf(type, 'key').flatMap((directive) => {
    const fields = argumentOf(directive, 'fields')
    const resolvable = argumentOf(directive, 'resolvable')
    if (fields?.kind !== Kind.STRING || (resolvable?.kind === Kind.BOOLEAN && !resolvable.value)) return []
    return [selectionOf(fields.value)]
  })
}

function typesOf(document: DocumentNode): ReadonlyMap<string, Typed> {
  const types = new Map<string, Typed>()
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION)
      types.set(node.name.value, node)
  }
  return types
}

/** The subgraph's schema with what federation adds to it. */
function schemaDocumentOf(document: DocumentNode): DocumentNode {
  const types = [...typesOf(document).values()]
  const entities = types.filter((type) => type.kind === Kind.OBJECT_TYPE_DEFINITION && keysOf(type).length > 0)
  const added = `type Query { _service: String ${entities.length === 0 ? '' : '_entities(representations: [_Any!]!): [_Entity]!'} }
    ${entities.length === 0 ? '' : `scalar _Any union _Entity = ${entities.map((type) => type.name.value).join(' | ')}`}`
  const query = types.find((type) => type.name.value === 'Query')
  const machinery: DefinitionNode[] = [...parse(added).definitions]
  const queryMachinery = machinery.find((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
  const merged: DefinitionNode[] = document.definitions.flatMap((node): DefinitionNode[] => {
    if (node.kind === Kind.SCHEMA_EXTENSION) return []
    if (node !== query || !queryMachinery || node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [node]
    return [{ ...node, fields: [...(node.fields ?? []), ...(queryMachinery.fields ?? [])] }]
  })
  const rest = query ? machinery.filter((node) => node !== queryMachinery) : machinery
  return { kind: Kind.DOCUMENT, definitions: [...merged, ...rest] }
}
