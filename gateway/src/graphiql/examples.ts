import type { DevIssuer, Person } from '../identity/dev-issuer.ts'

/** An operation that GraphiQL offers. `variables` is JSON text; give defaults in the operation where possible. */
export type Example = { readonly name: string; readonly query: string; readonly variables?: string; readonly asNamed?: string }

const TOKEN_LIFETIME_S = 12 * 3600

/**
 * What `/graphiql/config.json` says: the examples, in development each with a fresh token of the person it is meant for.
 */
export async function examplesForPage(
  examples: readonly Example[],
  development: { readonly issuer: DevIssuer; readonly people: readonly Person[] } | null,
): Promise<unknown> {
  const identityOf = async (name: string | undefined) => {
    const person = development?.people.find((candidate) => candidate.name === name)
    if (!development || !person) return {}
    const { userId, roles, displayName } = person
    const token = await development.issuer.issueToken({ userId, roles, lifetimeS: TOKEN_LIFETIME_S })
    return { as: { name: person.name, displayName, token } }
  }
  return {
    examples: await Promise.all(
      examples.map(async ({ name, query, variables, asNamed }) => ({
        name,
        query,
        ...(variables === undefined ? {} : { variables }),
        ...(await identityOf(asNamed)),
      })),
    ),
  }
}
