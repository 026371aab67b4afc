const QUOTE = 34
const HASH = 35
const BACKSLASH = 92
const BLOCK = '"""'

/**
 * Whether brackets of a GraphQL text, of any kind, stand in one another by more than `levels`. One pass over the characters,
 * because a parser that meets them recurses: this is asked before it. Of a text that is not GraphQL it may say either.
 */
export function nestsDeeper(text: string, levels: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 40: // (
      case 91: // [
      case 123: // {
        if (++depth > levels) return true
        break
      case 41: // )
      case 93: // ]
      case 125: // }
        depth--
        break
      case QUOTE:
        at = text.startsWith(BLOCK, at) ? endOfBlock(text, at) : endOfString(text, at)
        break
      case HASH:
        at = endOfLine(text, at)
    }
  }
  return false
}

/** Where the block string that begins at `start` has its last quote. */
function endOfBlock(text: string, start: number): number {
  let at = text.indexOf(BLOCK, start + BLOCK.length)
  while (at !== -1 && text.charCodeAt(at - 1) === BACKSLASH) at = text.indexOf(BLOCK, at + BLOCK.length)
  return at === -1 ? text.length : at + BLOCK.length - 1
}

/** A string that is not ended ends with its line: a parser stops there. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE || isLineEnd(code)) return at
  }
  return text.length
}

function endOfLine(text: string, start: number): number {
  let at = start
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++
  return at
}

const isLineEnd = (code: number) => code === 10 || code === 13

/** Whether objects and lists of a JSON value stand in one another by more than `levels`. Looks no deeper than that. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((each) => isNestedDeeper(each, levels - 1))
  for (const name in value) if (isNestedDeeper((value as Record<string, unknown>)[name], levels - 1)) return true
  return false
}
