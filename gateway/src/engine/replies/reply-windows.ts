/** How much of a reply is made into one text at a time, in bytes, each of which is one character. */
export type Windows = {
  readonly length: number
  /** What stands between the beginnings of two items of lists may be so long; if it is longer, windows may not do. */
  readonly slack: number
}

/**
 * A string of more than 128 kB gets pages of its own, which the kernel clears and takes back one by one while a collection
 * keeps everybody waiting. One of less lies with all other young objects.
 */
export const WINDOWS: Windows = { length: 64 * 1024, slack: 8 * 1024 }

/** Up to so many times its length a window is all that is left. */
const LONGEST = 1.5

/** What is longer becomes one text only if it must, in bytes. */
export const LONGEST_TEXT = LONGEST * WINDOWS.length

/**
 * The text `t` in which readers stand at `i`, the bytes `d` at the same positions, and where both begin in the reply, `base`.
 * They change only where an item of a list begins, beyond `edge`, so a position that is kept over such a place counts from
 * the reply's beginning. What runs over the end of a window looks like a reply that breaks off, which no reader takes for
 * whole; the reply is then read once more as one text.
 *
 * Windows are kept till the end: a piece that reaches over several is put together of their parts, which copies nothing. No
 * piece that does was begun before the last turn back.
 */
export const readingIn = ({ length, slack }: Windows) => `let t = '', d = null, i = 0, base = 0, edge = 0
let bytes = null, end = 0, width = 0
const texts = [], bases = []
function turn(at) {
  if (base < at) { texts.push(t); bases.push(base) }
  const to = end - at > width * ${LONGEST} ? at + width : end
  t = bytes.toString('latin1', at, to)
  d = new DataView(bytes.buffer, bytes.byteOffset + at, to - at)
  i = 0; base = at; edge = to === end ? end : width - ${slack}
}
function back(at) { if (at < base) turn(at); else i = at - base }
function cut(from) { return from < base ? join(from) : t.slice(from - base, i) }
function join(from) {
  let text = t.slice(0, i)
  for (let to = base, n = bases.length - 1; to > from; to = bases[n--]) {
    text = texts[n].slice(Math.max(0, from - bases[n]), to - bases[n]) + text
  }
  return text
}
function parse(reply, text) {
  bytes = reply
  let data
  if (text === undefined) {
    end = reply.length; width = ${length}; turn(0)
    data = whole()
    if (data === undefined && base + t.length < end) { width = end; turn(0); data = whole() }
  } else {
    t = text; i = 0; base = 0; edge = end = text.length
    d = end === reply.length ? new DataView(reply.buffer, reply.byteOffset, end) : null
    data = whole()
  }
  if (texts.length > 0) texts.length = bases.length = 0
  t = ''
  d = bytes = null
  return data
}`
