import { GraphQLError } from 'graphql'

/** Why there is no answer, for a person. */
export type Fault = { readonly message: string; readonly code?: number; readonly reason?: string }

/** What a browser says of a connection that it could not open or that broke; it keeps the rest to itself. */
const ABNORMAL = 1006
const SHOWN_CHARACTERS = 300

/** How a socket ended, from what graphql-ws says of that: its closing, or for one that was never open a bare event. */
export function closingOf(fault: unknown): Fault {
  if (!(fault instanceof Event)) return { message: `The socket failed: ${textOf(fault)}` }
  const { code, reason: given } = fault instanceof CloseEvent ? fault : { code: ABNORMAL, reason: '' }
  const unsaid =
    code === ABNORMAL ? 'no connection: the gateway cannot be reached, or takes no socket from here' : 'no reason given'
  const reason = given || unsaid
  return { message: `The socket was closed: ${code} ${reason}`, code, reason }
}

export const noAnswer = (fault: unknown): Fault => ({ message: `No answer: ${textOf(fault)}` })

/** A result for an answer that something else than the gateway has given. */
export const noJson = (status: number, text: string) => ({
  errors: [new GraphQLError(`HTTP ${status} without JSON: ${text.slice(0, SHOWN_CHARACTERS)}`)],
  extensions: {},
})

const textOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault))
