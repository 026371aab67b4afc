const CASHTAG = /(?<![A-Za-z0-9$])\$([A-Za-z][A-Za-z0-9]{0,11}(?:-[A-Za-z0-9]{2,12}){0,2})(?![A-Za-z0-9])/g
const MAX_CASHTAGS = 20

/** What trading has listed, as far as posts must know it. */
export type ListedInstrument = {
  readonly id: string
  readonly symbol: string
  readonly baseAsset: string
}

/** A `$SYMBOL` of a text and the instrument it names. */
export type Cashtag = { readonly symbol: string; readonly instrumentId: string; readonly baseAsset: string }

/** Symbols written as cashtags, in upper case, in order of first appearance, without repeats. `$5` is money, not a cashtag. */
export function findCashtagSymbols(text: string): string[] {
  const symbols = [...text.matchAll(CASHTAG)].map((match) => (match[1] ?? '').toUpperCase())
  return [...new Set(symbols)]
}

/**
 * Cashtags that name something listed: an instrument by its symbol, else the first listed instrument with that base
 * asset (`listed` is in the order of listing). At most 20; the others stay plain text.
 */
export function resolveCashtags(text: string, listed: readonly ListedInstrument[]): Cashtag[] {
  return findCashtagSymbols(text)
    .flatMap((symbol) => {
      const instrument = listed.find((each) => each.symbol === symbol) ?? listed.find((each) => each.baseAsset === symbol)
      return instrument ? [{ symbol, instrumentId: instrument.id, baseAsset: instrument.baseAsset }] : []
    })
    .slice(0, MAX_CASHTAGS)
}

/**
 * The cashtags of a post: those `written` in its text, and of a signal what is `traded` before them, unless the text names
 * its instrument. At most 20.
 */
export const cashtagsOfPost = (written: readonly Cashtag[], traded: Cashtag | null): readonly Cashtag[] =>
  traded === null || written.some(({ instrumentId }) => instrumentId === traded.instrumentId)
    ? written
    : [traded, ...written].slice(0, MAX_CASHTAGS)
