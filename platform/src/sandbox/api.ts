import { pauseUntil } from '../alive.ts'
import type { Person } from '../people.ts'

/** An answer's data; each caller reads the shape of its own operation. */
// biome-ignore format: one type
export type Data = any

/** The first error of an answer. */
export class ApiError extends Error {
  readonly code: string
  /** How long to wait before asking again, in milliseconds; null where the answer does not say. */
  readonly retryAfterMs: number | null
  constructor(message: string, code: string, retryAfterMs: number | null = null) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The public API as the sandbox's people use it: an operation under a person's token (null: anonymous). Throws an ApiError on
 * any error of the answer.
 */
export type Api = (person: Person | null, query: string, variables?: Record<string, unknown>) => Promise<Data>

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * `api`, which asks again until `signal` aborts while the answer is that something is away or asked for too often. What may
 * have been done already is not done twice: the repeat carries the same idempotency key.
 */
export const patient =
  (api: Api, signal: AbortSignal): Api =>
  async (person, query, variables) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await api(person, query, variables)
      } catch (error) {
        const isTemporary = error instanceof ApiError && (error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED')
        if (!isTemporary || signal.aborted) throw error
        await pauseUntil(error.retryAfterMs ?? pauseMs, signal)
      }
    }
  }

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
