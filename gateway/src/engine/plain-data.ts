/** An object as JSON gives it. */
export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of an own property; a client may call an alias `constructor`. */
export const getOwn = (object: JsonObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

/** Sets an own property whatever its name, `__proto__` included. */
export function setOwn(object: JsonObject, name: string, value: unknown): void {
  if (name in object && !Object.hasOwn(object, name)) {
    Object.defineProperty(object, name, { configurable: true, enumerable: true, writable: true, value })
  } else object[name] = value
}

/** Whether a type's name says less of an object than one that is known of it, as an interface's does. */
export type IsVague = (typeName: string) => boolean

/** Writes `source` over `target`, objects and lists of equal length member by member. No name of a type gives way to a vague one. */
export function mergeDeep(target: JsonObject, source: JsonObject, isVague: IsVague): void {
  for (const name of Object.keys(source)) {
    const value = source[name]
    if (value === undefined) continue
    const known = getOwn(target, name)
    if (name === '__typename' && known !== undefined && typeof value === 'string' && isVague(value)) continue
    setOwn(target, name, mergedValue(known, value, isVague))
  }
}

/** What stands in for `known` once `value` has come. */
export function mergedValue(known: unknown, value: unknown, isVague: IsVague): unknown {
  if (isObject(known) && isObject(value)) {
    mergeDeep(known, value, isVague)
    return known
  }
  if (Array.isArray(known) && Array.isArray(value) && known.length === value.length) {
    for (let index = 0; index < value.length; index++) known[index] = mergedValue(known[index], value[index], isVague)
    return known
  }
  return value
}

/** A copy that shares nothing with `value`. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) setOwn(copy, name, copyOf(value[name]))
  return copy
}

/** What the copies of one answer may take together. */
export type Budget = { take(characters: number): void }

/** As `copyOf`, within a budget: counts what the copy is as JSON, about. */
export function copyWithin(budget: Budget, value: unknown): unknown {
  if (typeof value === 'string') budget.take(value.length)
  if (Array.isArray(value)) return value.map((each) => copyWithin(budget, each))
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) {
    budget.take(name.length + CHARACTERS_PER_VALUE)
    setOwn(copy, name, copyWithin(budget, value[name]))
  }
  return copy
}

/** Quotes, colon and comma. */
const CHARACTERS_PER_VALUE = 4

// oxlint-disable-next-line no-control-regex -- they are what it looks for
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/
/** Up to here a loop over the characters is cheaper than the expression. */
const SHORT = 40

/** A string as JSON. */
export function quote(text: string): string {
  if (text.length > SHORT) return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 32 || code === 34 || code === 92 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text)
  }
  return `"${text}"`
}

/** A leaf, or anything else that came from JSON, as JSON. */
export function jsonOf(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'number' && Number.isInteger(value) && value !== 0 ? String(value) : JSON.stringify(value)
}

const NEVER = /^(?!)/

/** The same text in one piece, where it was put together from many: copying it often is cheaper then. */
export function inOnePiece(text: string): string {
  // An expression is matched against one piece only, and this one fails at once.
  NEVER.test(text)
  return text
}
