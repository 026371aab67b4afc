import { codedError } from '@planet/runtime/errors'
import { type Id, parseId } from '@planet/runtime/ids'

/** The answer to a subscription to a session that there is not. */
export const noSuchSession = () => codedError('BAD_USER_INPUT', 'No such session.')

/** The id of a session to follow; throws if it is none. */
export function requireSessionId(text: string): Id<'LiveSession'> {
  const id = parseId<'LiveSession'>(text)
  if (!id) throw noSuchSession()
  return id
}
