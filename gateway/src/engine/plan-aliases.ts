import { type DocumentNode, type GraphQLSchema, isInterfaceType, isObjectType, Kind, visit } from 'graphql'

/** The operation as it is planned. */
export type PlannableDocument = {
  readonly document: DocumentNode
  /** For each name that was given for planning the client's own. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Names of all fields of a schema. */
export function fieldNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) || isInterfaceType(type)) for (const name of Object.keys(type.getFields())) names.add(name)
  }
  return names
}

/**
 * Gives other names to aliases that are names of fields too. Where a plan needs a key `id` that the client has as an alias
 * of something else, the planner takes the one for the other.
 */
export function planAliases(document: DocumentNode, fieldNames: ReadonlySet<string>): PlannableDocument {
  const taken = new Set(fieldNames)
  visit(document, { Field: ({ alias }) => void (alias && taken.add(alias.value)) })
  const aliases = new Map<string, string>()
  const given = new Map<string, string>()
  const nameFor = (alias: string, field: string) => {
    const known = given.get(`${alias} ${field}`)
    if (known) return known
    let name = `${alias}__${field}`
    while (taken.has(name)) name += '_'
    taken.add(name)
    given.set(`${alias} ${field}`, name)
    aliases.set(name, alias)
    return name
  }
  const renamed: DocumentNode = visit(document, {
    Field(node) {
      const { alias, name } = node
      // Introspection is not planned.
      if (name.value === '__schema' || name.value === '__type') return false
      if (!alias || alias.value === name.value || !fieldNames.has(alias.value)) return undefined
      return { ...node, alias: { kind: Kind.NAME, value: nameFor(alias.value, name.value) } }
    },
  })
  return { document: aliases.size === 0 ? document : renamed, aliases }
}

/** A path of the data as the client knows it. */
export const clientPath = (path: readonly (string | number)[], aliases: ReadonlyMap<string, string>) =>
  path.map((part) => (typeof part === 'string' ? (aliases.get(part) ?? part) : part))
