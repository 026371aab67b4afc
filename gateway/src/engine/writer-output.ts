import type { Code } from './code.ts'
import { inOnePiece } from './plain-data.ts'

/**
 * Characters of an answer after which another piece begins, where it can. V8 maps a text of more than 128 kB into memory
 * for itself and unmaps it in the next collection, which costs more than writing it.
 */
export const PIECE_LENGTH = 32 * 1024

/**
 * What writers add to: `out` is the piece that is being written, `texts` those before it. While it is held, what is written
 * is wanted by itself and stays in one piece.
 */
export const OUTPUT = (code: Code, pieceLength: number) => `const whole = ${code.constant(inOnePiece)}
class Output {
  constructor() { this.out = ''; this.texts = []; this.holds = 0 }
  cut() { if (this.out.length > ${pieceLength} && this.holds === 0) { this.texts.push(this.out); this.out = '' } }
  add(text) {
    if (text.length <= ${pieceLength} || this.holds > 0) this.out += text
    else { this.texts.push(this.out, text); this.out = '' }
  }
  hold() { const kept = this.out; this.out = ''; this.holds++; return kept }
  release(isThere, kept) { const text = this.out; this.out = kept; this.holds--; return isThere ? text : null }
  end() { this.texts.push(this.out); return this.texts }
}`
