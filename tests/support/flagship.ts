/** The operation that the platform is known by, as a client sends it. */
export const FLAGSHIP = `
query PostWithLinkedTrades($id: ID!) {
  post(id: $id) {
    id kind title publishedAt
    topics { name }
    author { handle displayName }
    signal {
      instrument { symbol venue }
      side entry stop targets { price fraction } horizon conviction
      outcome { state reason rGross rNet feeR fundingR ambiguous resolution fills { at kind price fraction } }
    }
    linkedTrades(first: 10) {
      totalCount
      feesPaid { amount currency }
      edges {
        rule eligible reason creditLastTouch creditTimeDecay creditShapley
        node { id side price quantity fee { amount currency } executedAt instrument { symbol } agreesWithSignal }
      }
      pageInfo { hasNextPage endCursor }
    }
    liveSessions(first: 3) { edges { node { title consensus { probabilityUp low90 high90 entropy seq } } } }
    circle { name }
  }
}`
