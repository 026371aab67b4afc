/** An operation that GraphiQL offers; `asNamed` is whose development token it is sent with. */
export type Example = { readonly name: string; readonly query: string; readonly asNamed?: string }

/** What the examples are about. */
export type Featured = {
  readonly postId: string
  readonly sessionId: string
  /** The cursor behind which some signals are there already. */
  readonly signalsAfter: string
}

/** The example operations of GraphiQL, about the post and the session that the sandbox found most telling. */
export const examplesFor = (featured: Featured): Example[] => [
  { name: 'A post and its trades', asNamed: 'nora', query: postWithLinkedTrades(featured.postId) },
  { name: 'Public feed', query: PUBLIC_FEED },
  { name: 'Live consensus', query: consensusUpdated(featured.sessionId) },
  { name: 'Live chat', query: bulletChat(featured.sessionId) },
  { name: 'A live room', query: liveRoom(featured.sessionId) },
  { name: 'Crowds and hosts against the market', query: PREDICTIONS },
  { name: 'Signals as they come', query: signalPublished(featured.signalsAfter) },
  { name: 'Trade on a post (ada)', asNamed: 'ada', query: createOrderTicket(featured.postId) },
  { name: 'My orders (ada)', asNamed: 'ada', query: MY_ORDERS },
  { name: 'Creators and their record', asNamed: 'nora', query: CREATORS },
  { name: 'Candles', query: CANDLES },
]

/** The operation that the platform is known by, after its name and variables. */
export const POST_WITH_LINKED_TRADES = `{
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

const postWithLinkedTrades = (postId: string) => `# One request, six subgraphs: a post, its author, its signal,
# how it turned out on real candles, and every trade it led to,
# with the reason and the credit of each link. Rows of trades are
# for analysts and their owners: see the header below.
query PostWithLinkedTrades($id: ID! = "${postId}") ${POST_WITH_LINKED_TRADES}
`

const PUBLIC_FEED = `# Newest first, without signing in. Pass pageInfo.endCursor as after for the next page.
query PublicFeed($first: Int! = 10, $after: Cursor) {
  publicFeed(first: $first, after: $after) {
    edges {
      node {
        id kind title publishedAt
        author { handle followerCount }
        cashtags { symbol instrument { lastPrice { price at } } }
        signal { side outcome { state rNet } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`

const consensusUpdated = (sessionId: string) => `# The consensus of a session that is live moves every few seconds.
# If this one has ended, liveSessions(status: LIVE) finds another.
subscription Consensus($sessionId: ID! = "${sessionId}") {
  consensusUpdated(sessionId: $sessionId) {
    seq at state probabilityUp low90 high90 bullShare neutralShare bearShare entropy clusterCount
    session { title voterCount host { handle } }
  }
}
`

const bulletChat = (sessionId: string) => `# What the audience of a session says, as it is said, and what is taken
# back. Above 20 bullets a second a sample comes, and dropped says how
# many were left out; sampled: false delivers them all.
subscription Chat($sessionId: ID! = "${sessionId}", $after: Cursor) {
  bulletChat(sessionId: $sessionId, after: $after) {
    seq at cursor kind dropped
    bullet { number text author { handle } }
  }
}
`

const PREDICTIONS = `# What live sessions have come to when they were locked, what their
# host held beside it, and what the market made of both: 0 is best.
query Predictions($first: Int! = 10) {
  consensusRecord { settledCount pooledBrier extremisedBrier extremisingExponent }
  liveSessions(status: ENDED, first: $first) {
    edges {
      node {
        title instrument { symbol } voterCount
        host { handle hostRecord { settledCount hostBrier crowdBrier } }
        predictions(first: 3) {
          edges {
            node {
              lockedAt horizonAt hostProbabilityUp consensus { probabilityUp low90 high90 clusterCount }
              state priceAtLock priceAtHorizon outcome crowdBrier hostBrier
            }
          }
        }
      }
    }
  }
}
`

const liveRoom = (sessionId: string) => `# Who is on stage, what is asked, what the host holds up, and the
# recording of what has happened so far.
query LiveRoom($id: ID! = "${sessionId}") {
  liveSession(id: $id) {
    title status viewerCount peakViewerCount
    stage { seats { state user { handle } } requestCount }
    questions(first: 5) { edges { node { text state upvoteCount voterCount upvoteLowerBound answerAtMs } } }
    contextPins { kind title source sourceUrl value unit asOf }
    bullets(first: 10) { edges { node { sentAt text author { handle } } } }
    timeline(first: 20) { edges { node { offsetMs kind user { handle } question { text } } } }
  }
}
`

const signalPublished = (after: string) => `# The last public signals, then each as it is published while the market
# replays. Stop it, take a cursor as $after, and it goes on with the very
# next signal, whatever has happened in between.
subscription Signals($after: Cursor = "${after}") {
  signalPublished(after: $after) {
    seq at cursor
    signal { side entry stop conviction instrument { symbol } }
    post { title author { handle } }
  }
}
`

const createOrderTicket = (postId: string) => `# Opens a ticket on the post; pass its attributionToken to
# placeOrder. A repeat with the same key changes nothing.
mutation Ticket($postId: ID! = "${postId}", $key: String! = "my first ticket") {
  createOrderTicket(input: { postId: $postId, idempotencyKey: $key }) {
    ... on CreateOrderTicketSuccess {
      ticket { id instrument { id symbol lastPrice { price at } } side stop attributionToken expiresAt }
    }
    ... on UserError { code message }
    ... on InvalidInput { faults { field message } }
  }
}
`

const MY_ORDERS = `query MyOrders {
  platformTime
  viewer { user { handle displayName } roles }
  myOrders(first: 10) {
    edges { node { id side kind quantity status placedAt instrument { symbol } trade { price fee { amount currency } executedAt } } }
  }
}
`

const CREATORS = `query Creators {
  creators(first: 10) {
    edges {
      node {
        handle displayName headline followerCount
        engagement(days: 60) { postCount signalCount readerCount viewCount clickCount ticketCount ticketRate }
        posts(first: 3) { edges { node { title signal { outcome { state reason rNet } } } } }
        circles(first: 1) { edges { node { name memberCount } } }
      }
    }
  }
}
`

const CANDLES = `query Candles {
  instruments(first: 10) {
    edges {
      node {
        symbol venue assetClass intervals
        lastPrice { price at }
        candles(interval: DAY_1, first: 5) { edges { node { openTime open high low close volume flags } } }
      }
    }
  }
}
`
