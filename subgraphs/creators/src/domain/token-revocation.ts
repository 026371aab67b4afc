import { type Id, parseId } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'
import { countCharacters, isStorableText } from '@planet/runtime/stored-text'

const MAX_TOKEN_ID = 255

/** Either all tokens that a user has so far, or the one with that id (claim `jti`). */
export type Revoked =
  | { readonly userId: Id<'User'>; readonly tokenId: null }
  | { readonly userId: null; readonly tokenId: string }

/** Whose tokens an input means; a refusal unless it is either a user's or one. */
export function decideRevocation(input: {
  readonly userId?: string | null | undefined
  readonly tokenId?: string | null | undefined
}):
  | { readonly kind: 'Accepted'; readonly revoked: Revoked }
  | { readonly kind: 'Refused'; readonly faults: readonly InputFault[] } {
  const { userId: user = null, tokenId = null } = input
  if ((user === null) === (tokenId === null)) return refused('userId', 'Either `userId` or `tokenId` must be given.')
  if (tokenId !== null)
    return isTokenId(tokenId)
      ? { kind: 'Accepted', revoked: { userId: null, tokenId } }
      : refused('tokenId', `Must be 1 to ${MAX_TOKEN_ID} characters, none of them U+0000 or half of a surrogate pair.`)
  const userId = parseId<'User'>(user ?? '')
  return userId ? { kind: 'Accepted', revoked: { userId, tokenId: null } } : refused('userId', 'Must be a UUID.')
}

const refused = (field: string, message: string) => ({ kind: 'Refused' as const, faults: [{ field, message }] })

const isTokenId = (text: string): boolean => {
  const length = countCharacters(text)
  return length >= 1 && length <= MAX_TOKEN_ID && isStorableText(text)
}
