/**
 * So many templates of one reply may turn out to be none. What such a one holds is read again, and so what templates within
 * templates hold again and again.
 */
const MAX_MISSES = 32

/**
 * What readers of replies stand on, beside the text itself (`reply-windows.ts`). A list is made when it is whole, with the
 * room that it needs; until then its items are in `items` from where it began, as are the parts of a template.
 */
export const READING = (unexpected: string) => `let top = 0, begun = 0, misses = 0
let items = [null]
function bad() { throw ${unexpected} }
function lit(x) { if (!t.startsWith(x, i)) bad(); i += x.length }
function has(x) { if (!t.startsWith(x, i)) return false; i += x.length; return true }
function str() {
  const e = t.indexOf('"', i + 1)
  if (e === -1) bad()
  const s = t.slice(i + 1, e)
  i = e + 1
  return s
}
function key() { if (t.charCodeAt(i) !== 34) bad(); const k = str(); if (t.charCodeAt(i) !== 58) bad(); i++; return k }
function num() {
  const from = i
  let c = t.charCodeAt(i), n = 0
  const first = c
  while (c >= 48 && c <= 57) { n = n * 10 + c - 48; c = t.charCodeAt(++i) }
  if (c !== 46 && c !== 45 && c !== 43 && c !== 101 && c !== 69 && i > from && i - from < 16 && (first !== 48 || i - from === 1)) return n
  while ((c >= 48 && c <= 57) || c === 46 || c === 45 || c === 43 || c === 101 || c === 69) c = t.charCodeAt(++i)
  return JSON.parse(t.slice(from, i))
}
function value() {
  switch (t.charCodeAt(i)) {
    case 34: return str()
    case 91: return list(value)
    case 110: lit('null'); return null
    case 116: lit('true'); return true
    case 102: lit('false'); return false
    case 123: return bad()
    default: return num()
  }
}
function drop(from) { while (top > from) items[--top] = null }
function missed(from) { drop(from); if (++misses > ${MAX_MISSES}) bad() }
function list(item) {
  i++
  const from = top
  if (t.charCodeAt(i) === 93) { i++; return items.slice(from, from) }
  for (;;) {
    const v = item()
    items[top++] = v
    const c = t.charCodeAt(i++)
    if (c === 93) break
    if (c !== 44) bad()
    if (i > edge) turn(base + i)
  }
  const out = items.slice(from, top)
  drop(from)
  return out
}
function whole() {
  misses = 0
  try {
    lit('{"data":')
    const data = root()
    lit('}')
    return base + i === end && data !== null && !Array.isArray(data) ? data : undefined
  } catch {
    items = [null]
    top = 0
    return undefined
  }
}`
