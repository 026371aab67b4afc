import { POST_WITH_LINKED_TRADES } from '@planet/platform/examples'

/** The operation that the platform is known by, as a client sends it. */
export const FLAGSHIP = `query PostWithLinkedTrades($id: ID!) ${POST_WITH_LINKED_TRADES}`
