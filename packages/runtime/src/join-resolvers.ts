type ResolverMap = Readonly<Record<string, object | undefined>>

/** What has the fields of every one of `Maps`. */
type Joined<Maps extends readonly object[]> = Maps extends readonly [infer First, ...infer Rest extends readonly object[]]
  ? First & Joined<Rest>
  : unknown

/**
 * The resolvers of a subgraph from those of its subjects: the fields of one type side by side. A field, or a scalar, that two
 * subjects resolve throws: nobody could tell which of them counts. That none of the root fields is missing is seen by the
 * compiler where the result is given to `Resolvers`.
 */
export function joinResolvers<Maps extends readonly object[]>(...maps: Maps): Joined<Maps> {
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
  // Built of the same maps, type by type.
  return joined as Joined<Maps>
}
