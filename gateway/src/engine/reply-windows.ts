/** How much of a reply is made into one text at a time, in bytes, each of which is one character. */
export type Windows = {
  readonly length: number
  /** What stands between two items of lists may be so long, or it may not be found to be whole. */
  readonly slack: number
}

/**
 * A string of more than 128 kB gets pages of its own, which the kernel clears and takes back one by one while a collection
 * keeps everybody waiting. One of less lies with all other young objects.
 */
export const WINDOWS: Windows = { length: 64 * 1024, slack: 8 * 1024 }

/** Up to so many times its length a window is all that is left. */
const LONGEST = 1.5

/**
 * The text `t` in which readers stand at `i`, the bytes `d` at the same positions, and where both begin in the reply. They
 * change only where an item of a list begins, so a position that is kept beyond such a place counts from the reply's begin.
 * What runs over the end of a window looks like a reply that breaks off, which no reader takes for whole.
 */
export const readingIn = ({ length, slack }: Windows) => `let t = '', d = null, i = 0, base = 0, edge = 0
let bytes = null, end = 0, width = 0
function turn(at) {
  const to = end - at > width * ${LONGEST} ? at + width : end
  t = bytes.toString('latin1', at, to)
  d = new DataView(bytes.buffer, bytes.byteOffset + at, to - at)
  i = 0; base = at; edge = to === end ? end : width - ${slack}
}
function back(at) { if (at < base) turn(at); else i = at - base }
function cut(from) { return from < base ? bytes.toString('latin1', from, base + i) : t.slice(from - base, i) }
function parse(reply, text) {
  bytes = reply
  let data
  if (text === undefined) {
    end = reply.length; width = ${length}; turn(0)
    data = whole()
    if (data === undefined && base + t.length < end) { width = end; turn(0); data = whole() }
  } else {
    t = text; d = null; i = 0; base = 0; edge = end = text.length
    data = whole()
  }
  t = ''
  d = bytes = null
  return data
}`
