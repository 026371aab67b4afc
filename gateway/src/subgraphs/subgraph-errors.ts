import { codedError, isCoded } from '@planet/runtime/errors'
import { parseCursor } from '@planet/runtime/event-log/cursor'
import type { Logger } from '@planet/runtime/log'
import { publicCode, publicText } from '@planet/runtime/public-texts'
import { seldom } from '@planet/runtime/seldom'
import { viewerFaultOf } from '@planet/runtime/viewer-token'
import { type ExecutionResult, GraphQLError } from 'graphql'

/** Of one reply; a client gets fewer. */
export const MAX_ERRORS_OF_REPLY = 1_000
/** Of what is foreign, in the log. */
const MAX_LOGGED = 500
const MAX_PATH = 100

type SentOperation = { readonly query: string; readonly variables?: unknown }

/** Makes of a subgraph's result what may go on to clients. */
export type MakePublic = <Result extends ExecutionResult>(
  result: Result,
  of: { readonly subgraph: string; readonly operation: SentOperation; readonly requestId: string },
) => Result

/**
 * Of a subgraph's errors a client is told a code from the list, a text that is public by rule, members of known form, and a
 * path of names that the operation has. What else they said goes to the log. A subgraph that refuses the gateway itself is
 * one that cannot be reached; the log has the reason once a minute.
 */
export function createMakePublic(log: Logger): MakePublic {
  const isDue = seldom()
  return (result, { subgraph, operation, requestId }) => {
    const { errors } = result
    if (!errors || errors.length === 0) return result
    const refusal = refusalAmong(errors)
    if (refusal !== null) {
      if (isDue(`${subgraph} ${refusal}`)) log.warn({ subgraph, reason: refusal }, 'a subgraph refuses our viewers')
      return { ...result, data: undefined, errors: [codedError('UNAVAILABLE', publicText('UNAVAILABLE', null, NO_NAMES))] }
    }
    const names = namesOf(operation)
    return {
      ...result,
      errors: errors.slice(0, MAX_ERRORS_OF_REPLY).map((error, index) => {
        const made = publicError(error, names)
        if (index === 0 && isForeign(error, made))
          log.warn({ subgraph, requestId, code: made.extensions.code, said: saidBy(error) }, 'a subgraph said what is not public')
        return made
      }),
    }
  }
}

const NO_NAMES: ReadonlySet<string> = new Set()

function refusalAmong(errors: readonly GraphQLError[]): string | null {
  for (const error of errors) {
    const fault = viewerFaultOf(error)
    if (fault !== null) return fault
  }
  return null
}

/** Every name that an operation has, be it of a field, an alias, an argument or a key in its variables. */
function namesOf({ query, variables }: SentOperation): ReadonlySet<string> {
  const names = new Set<string>(query.match(/[_A-Za-z][_0-9A-Za-z]*/g))
  const addKeys = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      names.add(key)
      addKeys(inner)
    }
  }
  addKeys(variables)
  return names
}

function publicError(error: GraphQLError, names: ReadonlySet<string>): GraphQLError {
  const code = publicCode(error.extensions.code)
  return new GraphQLError(publicText(code, error.message, names), {
    path: publicPath(error.path, names) ?? null,
    extensions: { ...publicMembers(error.extensions), code },
  })
}

/** Ends where something stands that is no place of the operation. */
function publicPath(path: GraphQLError['path'], names: ReadonlySet<string>): GraphQLError['path'] {
  if (!path) return undefined
  const isKnown = (key: string | number) => (typeof key === 'string' ? names.has(key) : Number.isSafeInteger(key) && key >= 0)
  const foreign = path.slice(0, MAX_PATH).findIndex((key) => !isKnown(key))
  return foreign === -1 ? path.slice(0, MAX_PATH) : path.slice(0, foreign)
}

const COUNTS = ['limit', 'remaining', 'retryAfterMs'] as const

function publicMembers(extensions: GraphQLError['extensions']): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const name of COUNTS) if (Number.isSafeInteger(extensions[name])) members[name] = extensions[name]
  const { code, oldest } = extensions
  if (code === 'CURSOR_EXPIRED' && isCursor(oldest)) members.oldest = oldest
  return members
}

function isCursor(text: unknown): boolean {
  try {
    return typeof text === 'string' && parseCursor(text) !== null
  } catch {
    return false
  }
}

/** What a subgraph hid itself it has told its own log. */
const isForeign = (error: GraphQLError, made: GraphQLError) =>
  error.message !== made.message || (error.extensions.code !== made.extensions.code && !isCoded(error))

const saidBy = ({ message, extensions }: GraphQLError) => JSON.stringify({ message, extensions }).slice(0, MAX_LOGGED)
