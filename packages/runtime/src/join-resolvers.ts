type ResolverMap = Readonly<Record<string, object | undefined>>

/**
 * The resolvers of a subgraph from those of its subjects: the fields of one type side by side. A field, or a scalar, that two
 * subjects resolve throws: nobody could tell which of them counts.
 */
export function joinResolvers<Resolvers extends object>(...maps: readonly Resolvers[]): Resolvers {
  const joined: Record<string, Record<string, unknown>> = {}
  for (const map of maps) {
    for (const [type, fields] of Object.entries(map as ResolverMap)) {
      const known = (joined[type] ??= {})
      for (const [field, resolve] of Object.entries(fields ?? {})) {
        if (field in known) throw new Error(`${type}.${field} is resolved by two subjects`)
        known[field] = resolve
      }
    }
  }
  return joined as Resolvers
}
