import type { Person } from '../people.ts'

/** An answer's data; each caller reads the shape of its own operation. */
// biome-ignore format: one type
export type Data = any

/**
 * The public API as the sandbox's people use it: an operation under a person's token (null: anonymous). Throws on any
 * error of the answer.
 */
export type Api = (person: Person | null, query: string, variables?: Record<string, unknown>) => Promise<Data>

/** Sends `mutation` with `input`; returns its result, which may be a refusal. */
export async function mutate(
  api: Api,
  person: Person,
  mutation: string,
  selection: string,
  input: Record<string, unknown>,
): Promise<Data> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
  const text = `mutation ${mutation}($input: ${type}!) { ${mutation}(input: $input) { __typename ... on UserError { code message } ${selection} } }`
  return (await api(person, text, { input }))[mutation]
}

/** As `mutate`, for what must not be refused. */
export async function mustMutate(
  api: Api,
  person: Person,
  mutation: string,
  selection: string,
  input: Record<string, unknown>,
): Promise<Data> {
  const result = await mutate(api, person, mutation, selection, input)
  if (!result.__typename.endsWith('Success')) throw new Error(`${person.name} ${mutation}: ${result.code} ${result.message}`)
  return result
}
