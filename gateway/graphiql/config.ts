export type Example = {
  readonly name: string
  readonly query: string
  /** JSON text. */
  readonly variables?: string
  /** Whose token to use; only in development, where the gateway has one to give. */
  readonly as?: { readonly name: string; readonly displayName: string; readonly token: string }
}

/** What `/graphiql/config.json` says. */
export type Config = { readonly examples: readonly Example[] }

/** The text of the headers editor for an example. */
export const authorizationOf = ({ as }: Example): string =>
  as ? JSON.stringify({ Authorization: `Bearer ${as.token}` }, null, 2) : ''
