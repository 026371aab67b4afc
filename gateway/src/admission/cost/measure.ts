import { inSlices, STEPS_PER_PIECE, Work } from '@planet/runtime/slices'
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
 * white space. It is looked at as text, because it is never anything else. A promise only where there is much to look at.
 */
export function countAnswer(measures: Measures | null, texts: readonly string[], variables: Variables): number | Promise<number> {
  if (texts[0] === 'null') return 0
  if (!measures) return countObjects(texts)
  const work = new Work()
  return inSlices(work, counting(new Tally(texts.join(''), measures, variables), work))
}

/** Characters of an answer between two looks at whether the rest is for later. */
const PIECE_LENGTH = 32 * 1024

function* counting(tally: Tally, work: Work): Generator<undefined, number> {
  for (let end = PIECE_LENGTH; !tally.countTo(end); end += PIECE_LENGTH) if (work.isDue(STEPS_PER_PIECE)) yield
  return tally.total
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

/** Goes through the JSON text of an object once. Makes nothing of it but names. */
class Tally {
  total = 0
  readonly #text: string
  readonly #variables: Variables
  /** Of the objects and lists that have begun: how the items of a list count, null for an object, and what stands in them. */
  readonly #each: (number | null)[] = [null]
  readonly #fields: (Measures | null)[]
  /** After the brace that the text begins with. */
  #at = 1

  constructor(text: string, fields: Measures, variables: Variables) {
    this.#text = text
    this.#variables = variables
    this.#fields = [fields]
  }

  /** Counts what begins before the character `end`; true once there is nothing more. */
  countTo(end: number): boolean {
    while (this.#at < end) {
      const each = this.#each.at(-1)
      if (each === undefined) break
      const fields = this.#fields.at(-1) ?? null
      const code = this.#text.charCodeAt(this.#at)
      if (code === COMMA) this.#at++
      else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
        this.#each.pop()
        this.#fields.pop()
        this.#at++
      } else if (each === null) this.#field(fields)
      else this.#value(each, fields)
    }
    return this.#each.length === 0
  }

  #begin(each: number | null, fields: Measures | null): void {
    this.#each.push(each)
    this.#fields.push(fields)
    this.#at++
  }

  #field(fields: Measures | null): void {
    const from = this.#at + 1
    this.#string()
    const own = fields?.get(this.#text.slice(from, this.#at - 1))
    if (own) this.total += valueOf(own.once, this.#variables)
    this.#at++
    this.#value(own?.each ?? 0, own?.fields ?? null)
  }

  #value(each: number, fields: Measures | null): void {
    switch (this.#text.charCodeAt(this.#at)) {
      case OPENING_BRACE:
        this.total += each
        return this.#begin(null, fields)
      case OPENING_BRACKET:
        return this.#begin(each, fields)
      case QUOTE:
        this.total += each
        return this.#string()
      default:
        if (!this.#text.startsWith('null', this.#at)) this.total += each
        while (!isEnd(this.#text.charCodeAt(this.#at))) this.#at++
    }
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
