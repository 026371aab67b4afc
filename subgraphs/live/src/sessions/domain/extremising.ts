/** Exponent of extremising unless crowds have done better without. Disputed in the literature: `NOT_EXTREMISED` is off. */
export const EXTREMISING_EXPONENT = 1.5
export const NOT_EXTREMISED = 1
