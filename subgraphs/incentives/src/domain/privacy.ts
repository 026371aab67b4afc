/** Below so many users a count could tell about one of them. (k-anonymity: C4) */
const MIN_USERS = 5

/** Whether the counts of a post's links are kept from a viewer. */
export const hidesCounts = (counts: { readonly userCount: number }, isAnalyst: boolean): boolean =>
  !isAnalyst && counts.userCount < MIN_USERS
