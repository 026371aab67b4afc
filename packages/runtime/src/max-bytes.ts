/** What one call of a subgraph may bring back, unless it is configured otherwise. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024
/** The data of one answer of the gateway, unless it is configured otherwise. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024
