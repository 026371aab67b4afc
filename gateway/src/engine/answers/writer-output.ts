import { tooLarge } from '@planet/runtime/errors'
import { STEPS_PER_PIECE } from '@planet/runtime/slices'
import type { Bounds } from '../bounds.ts'

/**
 * Characters of an answer after which another piece begins, where it can. V8 maps a text of more than 128 kB into memory
 * for itself and unmaps it in the next collection, which costs more than writing it.
 */
export const PIECE_LENGTH = 32 * 1024

/** Adds the items of `list` from `at` on to an output, and the end of the list; false if the list must not be there. */
type WriteItems = (list: readonly unknown[], output: Output, at: number) => boolean
/** The part of a list that is written later. */
export type Rest = { readonly write: WriteItems; readonly list: readonly unknown[]; readonly at: number }

/**
 * What writers add to: `out` is the piece that is being written, `texts` those before it, and what is left out for later.
 * While it is held, what is written is wanted by itself and stays in one piece.
 */
export class Output {
  out = ''
  texts: (string | Rest)[] = []
  readonly #pieceLength: number
  readonly #bounds: Bounds
  #holds = 0

  constructor(pieceLength: number, bounds: Bounds) {
    this.#pieceLength = pieceLength
    this.#bounds = bounds
  }

  /** Ends the piece if it is long. True if what follows in a list is for later. */
  cut(): boolean {
    return this.out.length > this.#pieceLength && this.#cutNow()
  }

  #cutNow(): boolean {
    if (this.#holds > 0) {
      this.#mustFit(this.out.length)
      return false
    }
    this.#push(this.out)
    this.out = ''
    return this.#bounds.work.isDue(STEPS_PER_PIECE)
  }

  add(text: string): void {
    if (text.length <= this.#pieceLength) this.out += text
    else if (this.#holds > 0) {
      this.out += text
      this.#mustFit(this.out.length)
    } else {
      this.#push(this.out)
      this.#push(text)
      this.out = ''
    }
  }

  hold(): string {
    const kept = this.out
    this.out = ''
    this.#holds++
    return kept
  }

  release(isThere: boolean, kept: string): string | null {
    const text = this.out
    this.out = kept
    this.#holds--
    return isThere ? text : null
  }

  /** Leaves out what is left of a list. */
  defer(write: WriteItems, list: readonly unknown[], at: number): void {
    this.texts.push(this.out, { write, list, at })
    this.out = ''
  }

  end(): readonly (string | Rest)[] {
    this.#push(this.out)
    return this.texts
  }

  #push(text: string): void {
    this.texts.push(text)
    this.#bounds.written += text.length
    this.#mustFit(0)
  }

  #mustFit(characters: number): void {
    const { written, maxBytes } = this.#bounds
    if (written + characters > maxBytes) this.#bounds.stop(tooLarge(maxBytes))
  }
}
