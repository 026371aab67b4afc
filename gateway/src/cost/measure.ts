import { greatest, type Term, type Variables, valueOf } from './terms.ts'

/** How the values of one field count. */
export type Measure = {
  /** Each that is not null. */
  readonly each: number
  /** The field itself, by its arguments. */
  readonly once: Term
  /** Of what is in them; null for leaves. */
  readonly fields: Measures | null
}
/** By names in the answer. */
export type Measures = ReadonlyMap<string, Measure>

/** One for each name: of several fields, which only types that exclude each other may have, the most that any counts. */
export function measuresOf(fields: readonly (readonly [name: string, Measure])[]): Measures {
  const byName = Map.groupBy(fields, ([name]) => name)
  return new Map(
    [...byName].map(([name, same]) => {
      const [first, ...others] = same.map(([, measure]) => measure)
      if (!first || others.length === 0) return [name, first ?? NOTHING]
      const all = [first, ...others]
      const inner = all.flatMap(({ fields: of }) => [...(of ?? [])])
      return [
        name,
        {
          each: Math.max(...all.map(({ each }) => each)),
          once: greatest(all.map(({ once }) => once)),
          fields: inner.length === 0 ? null : measuresOf(inner),
        },
      ]
    }),
  )
}

const NOTHING: Measure = { each: 0, once: 0, fields: null }

/**
 * What an answer came to, by the weights of its estimate. `texts` is the JSON of its data, as the gateway writes it: without
 * white space. It is looked at as text, because it is never anything else.
 */
export function countAnswer(measures: Measures | null, texts: readonly string[], variables: Variables): number {
  if (texts[0] === 'null') return 0
  if (!measures) return countObjects(texts)
  return new Tally(texts.join(''), variables).count(measures)
}

const QUOTE = 34
const COMMA = 44
const OPENING_BRACKET = 91
const BACKSLASH = 92
const CLOSING_BRACKET = 93
const UNDERSCORE = 95
const LOWER_A = 97
const LOWER_Z = 122
const OPENING_BRACE = 123
const CLOSING_BRACE = 125
/** The bit by which letters of lower case differ. */
const LOWER = 32

/**
 * The objects in a JSON text, without the outermost. One begins with a brace, a quote and a name, which no place in a string
 * can look like: a quote in a string has a backslash before it, and after one that ends a string comes no name.
 */
function countObjects(texts: readonly string[]): number {
  let count = 0
  for (const text of texts) {
    for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) {
      if (at + 1 === text.length || (text.charCodeAt(at + 1) === QUOTE && isNameStart(text.charCodeAt(at + 2)))) count++
    }
  }
  return Math.max(0, count - 1)
}

const isNameStart = (code: number) => code === UNDERSCORE || ((code | LOWER) >= LOWER_A && (code | LOWER) <= LOWER_Z)

/** Goes through a JSON text once. Makes nothing of it but names. */
class Tally {
  readonly #text: string
  readonly #variables: Variables
  #at = 0
  #total = 0

  constructor(text: string, variables: Variables) {
    this.#text = text
    this.#variables = variables
  }

  count(root: Measures): number {
    this.#object(root)
    return this.#total
  }

  #object(measures: Measures | null): void {
    this.#at++
    while (this.#text[this.#at] !== '}') {
      if (this.#text[this.#at] === ',') this.#at++
      const from = this.#at + 1
      this.#string()
      const own = measures?.get(this.#text.slice(from, this.#at - 1))
      if (own) this.#total += valueOf(own.once, this.#variables)
      this.#at++
      this.#value(own?.each ?? 0, own?.fields ?? null)
    }
    this.#at++
  }

  #value(each: number, fields: Measures | null): void {
    switch (this.#text.charCodeAt(this.#at)) {
      case OPENING_BRACE:
        this.#total += each
        return this.#object(fields)
      case OPENING_BRACKET:
        return this.#list(each, fields)
      case QUOTE:
        this.#total += each
        return this.#string()
      default:
        if (!this.#text.startsWith('null', this.#at)) this.#total += each
        while (!isEnd(this.#text.charCodeAt(this.#at))) this.#at++
    }
  }

  #list(each: number, fields: Measures | null): void {
    this.#at++
    while (this.#text[this.#at] !== ']') {
      if (this.#text[this.#at] === ',') this.#at++
      this.#value(each, fields)
    }
    this.#at++
  }

  #string(): void {
    let end = this.#text.indexOf('"', this.#at + 1)
    while (isEscaped(this.#text, end)) end = this.#text.indexOf('"', end + 1)
    if (end === -1) throw new Error('an answer is JSON')
    this.#at = end + 1
  }
}

const isEscaped = (text: string, at: number) => {
  let from = at
  while (text.charCodeAt(from - 1) === BACKSLASH) from--
  return (at - from) % 2 === 1
}

/** Of a number or a word. The end of the text as well, so that nothing goes on for ever. */
const isEnd = (code: number) => code === COMMA || code === CLOSING_BRACE || code === CLOSING_BRACKET || Number.isNaN(code)
