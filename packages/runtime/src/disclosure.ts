/** Fewer people than this are too few to hide one of them. (k-anonymity: C4, decision 0011) Accounts of one person are one. */
export const MIN_PEOPLE = 5
const COUNT_BASE = 5

/** What the public is told of `count` people: a whole multiple of 5, never more than there are. */
export const roundedDown = (count: number): number => count - (count % COUNT_BASE)
