/** How long a text is for every rule about the length of texts: its Unicode code points, so an emoji of one is one. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** True if Postgres keeps the text as it is: it takes no U+0000, and a lone surrogate would be another character afterwards. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
