/** Somebody whose token development hands out. */
export type Person = { readonly name: string; readonly displayName: string; readonly token: string }

export type Example = {
  readonly name: string
  readonly query: string
  /** JSON text. */
  readonly variables?: string
  /** Whose token to use; only in development, where the gateway has one to give. */
  readonly as?: Person
}

/** What `/graphiql/config.json` says. */
export type Config = { readonly examples: readonly Example[] }

/** The text of the headers editor for somebody. */
export const authorizationOf = (person: Person | undefined): string =>
  person ? JSON.stringify({ Authorization: `Bearer ${person.token}` }, null, 2) : ''

/** The people whose tokens this page was given, one of each for every example of theirs. */
export const peopleOf = ({ examples }: Config): readonly Person[] => examples.flatMap((example) => example.as ?? [])

/** Whose token the text of a headers editor holds; undefined for nobody that this page knows. */
export const whoseHeaders = (people: readonly Person[], headers: string | null | undefined): Person | undefined =>
  headers ? people.find(({ token }) => headers.includes(token)) : undefined
