import { countCharacters } from './stored-text.ts'

const MAX_WEB_ADDRESS = 2_000

/**
 * Whether a text is an address that a reader may be led to: https, at most 2,000 characters, without credentials and
 * without what does not show.
 */
export function isWebAddress(text: string): boolean {
  // `URL` drops or mends these, but what is stored is the text as it came.
  if (countCharacters(text) > MAX_WEB_ADDRESS || /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text)) return false
  const url = URL.parse(text)
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}
