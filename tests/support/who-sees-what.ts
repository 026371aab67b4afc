import { EVERYBODY, type Who } from './private-world.ts'

/**
 * Every field of the API. One without a rule is seen by whoever sees its object; `[rule]` names who sees it of what
 * `private-world.ts` plants. A new field has to be written down here: think of whom it is for.
 */
const TABLE = `
AcceptInviteSuccess: seat stage
AlreadyRegistered: code message user
AnswerQuestionSuccess: question
ApproveMemberSuccess: circle
AskQuestionSuccess: question
BanFromSessionSuccess: session
BannedFromSession: code message
Bullet: author id moderation number sentAt session text
BulletChange: at bullet cursor dropped kind seq
BulletConnection: edges pageInfo
BulletEdge: cursor node
CancelOrderSuccess: order
Candle: close closeTime flags high low open openTime volume
CandleConnection: edges pageInfo
CandleEdge: cursor node
Cashtag: instrument symbol
CastVoteSuccess: session vote
ChatFlooded: code message retryAfter
Circle: admissionPolicy feed[few] host id memberCount members[few] name openedAt purpose requests[host]
  viewerMembership[asked]
CircleActivity: at cursor kind post seq user
CircleConnection: edges pageInfo
CircleEdge: cursor node
CircleMemberConnection: edges pageInfo
CircleMemberEdge: cursor node since state
Consensus: at bearShare bullShare cappedShare changeLastMinute clusterCount disagreement effectiveVoterCount entropy
  extremisingExponent high90 low90 neutralShare probabilityMean probabilityPooled probabilityUp seq session state
ConsensusNotFormed: code message state
ConsensusRecord: extremisedBrier extremisingExponent pooledBrier settledCount
ConsensusSnapshot: at bearShare bullShare cappedShare clusterCount disagreement effectiveVoterCount entropy
  extremisingExponent high90 low90 neutralShare probabilityMean probabilityPooled probabilityUp seq state
ConsensusSnapshotConnection: edges pageInfo
ConsensusSnapshotEdge: cursor node
ContextPin: asOf id instrument kind pinnedAt pinnedBy source sourceUrl title unit unpinnedAt value
CreateOrderTicketSuccess: ticket
Creator: circles displayName engagement followerCount handle headline hostRecord id liveSessions openedAt posts
  viewerIsFollowing[signed-in]
CreatorConnection: edges pageInfo
CreatorEdge: cursor node
CreatorEngagement: clickCount from postCount readerCount signalCount through ticketCount ticketRate viewCount
DismissQuestionSuccess: question
EditPostSuccess: post
EndLiveSuccess: session
ExternalRef: capturedAt sha256 source url
FollowCreatorSuccess: creator
GuestSeat: invitedAt leftAt onStageAt requestedAt state user
HandleTaken: code message
HeartbeatSuccess: nextWithin session
HostRecord: crowdBrier hostBrier settledCount
InputFault: field message
Instrument: assetClass baseAsset candles feeBps id intervals lastPrice lotSize quoteAsset symbol tickSize tradingCalendar
  venue
InstrumentConnection: edges pageInfo
InstrumentEdge: cursor node
InvalidInput: code faults message
InviteGuestSuccess: seat stage
JoinCircleSuccess: circle
LastPrice: at price
LeaveCircleSuccess: circle
LeaveStageSuccess: seat stage
LinkedTradeConnection: edges eligibleCount feesPaid pageInfo totalCount
LinkedTradeEdge: agreesWithSignal creditLastTouch creditShapley creditTimeDecay cursor eligible node reason rule touchedAt
LiveSession: bullets consensus consensusHistory contextPins endedAt host id instrument peakViewerCount posts predictions
  questionPrice questions scheduledFor stage startedAt status timeline title viewerCount viewerVote[owner] voteHorizon
  voterCount votingLockedAt
LiveSessionConnection: edges pageInfo
LiveSessionEdge: cursor node
LockPredictionSuccess: prediction
Money: amount currency
Mutation: acceptInvite[signed-in] answerQuestion[signed-in] approveMember[signed-in] askQuestion[signed-in]
  banFromSession[signed-in] cancelOrder[signed-in] castVote[signed-in] createOrderTicket[signed-in]
  dismissQuestion[signed-in] editPost[signed-in] endLive[signed-in] followCreator[signed-in] heartbeat[signed-in]
  inviteGuest[signed-in] joinCircle[signed-in] leaveCircle[signed-in] leaveStage[signed-in] lockPrediction[signed-in]
  openCircle[signed-in] openCreatorProfile[signed-in] openVoting[signed-in] pinContext[signed-in] placeOrder[signed-in]
  publishPost[signed-in] publishSignal[signed-in] recordHeartbeat[signed-in] recordIdentityCheck[admin] recordTouch[signed-in] registerUser[signed-in]
  releaseBullet[signed-in] removeBullet[signed-in] removeGuest[signed-in] requestSeat[signed-in] retractPost[signed-in] revokeTokens[admin]
  scheduleLive[signed-in] sendBullet[signed-in] startLive[signed-in] takeQuestion[signed-in] unbanFromSession[signed-in]
  unfollowCreator[signed-in] unpinContext[signed-in] upvoteQuestion[signed-in]
MutationRate: mutation perMinute
NotACircleHost: code message
NotACircleMember: code message
NotACreator: code message
NotALiveHost: code message
NotRegistered: code message
OpenCircleSuccess: circle
OpenCreatorProfileSuccess: creator
OpenVotingSuccess: session
Order: expiresAt filledQuantity id instrument kind limitPrice placedAt quantity revision side status ticket[owner] trade
OrderChanged: at cursor order revision seq status
OrderConnection: edges pageInfo
OrderEdge: cursor node
OrderNotOpen: code message order
OrderTicket: attributionToken expiresAt id instrument limitPrice[may-see-post] openedAt post[may-see-post]
  side[may-see-post] stop[may-see-post]
PageInfo: endCursor hasNextPage
PinContextSuccess: pin session
PlaceOrderSuccess: order
Post: audience author body cashtags circle externalRefs id kind linkedTrades liveSessions origin partnerAppId publishedAt
  retractedAt signal title topics version versions
PostConnection: edges pageInfo
PostEdge: cursor node
PostRetracted: code message retractedAt
PostVersion: body externalRefs title version writtenAt
PostVersionConnection: edges pageInfo
PostVersionEdge: cursor node
Prediction: consensus crowdBrier extremisedBrier horizonAt hostBrier hostProbabilityUp id lockedAt outcome pooledBrier
  priceAtHorizon priceAtLock session settledAt state
PredictionConnection: edges pageInfo
PredictionEdge: cursor node
PublishPostSuccess: post
PublishSignalSuccess: post
Query: circle circles consensusRecord creator creatorByHandle creators instrument instrumentBySymbol instruments liveSession
  liveSessions myCircles[signed-in] myOrders[signed-in] order platformTime post publicFeed rateLimits topics trade
  viewer[signed-in]
Question: answerAtMs askedAt author id price session state text upvoteCount upvoteLowerBound voterCount
QuestionBoard: answering at openCount questions seq session
QuestionConnection: edges pageInfo
QuestionEdge: cursor node
RateLimit: costPerMinute costPerOperation kind nodesPerOperation
RateLimits: all depth fields mutations operationsPerSocket socketsPerAddress socketsPerUser viewer
RecordHeartbeatSuccess: nextAfter
RecordIdentityCheckSuccess: user
RecordTouchSuccess: touch
RegisterUserSuccess: user
ReleaseBulletSuccess: bullet
RemoveBulletSuccess: bullet
RemoveGuestSuccess: seat stage
RequestSeatSuccess: seat stage
RetractPostSuccess: post
RevokeTokensSuccess: revocation
ScheduleLiveSuccess: session
SendBulletSuccess: bullet
SessionAudience: at peakViewerCount seq session viewerCount
Signal: conviction entry entryExpiresAt entryKind expiresAt horizon id instrument moveStopToEntryAfter outcome post side
  stop targets
SignalFill: at fraction kind price
SignalOutcome: ambiguous evaluatedThrough feeR fills fundingR hasDataGap maxAdverseR maxFavourableR methodVersion rGross
  rNet reason resolution settledAt state
SignalPublished: at cursor post seq signal
SignalSettled: at cursor outcome seq signal
SignalTarget: fraction price
SourcePostConnection: edges pageInfo
SourcePostEdge: agreesWithSignal creditLastTouch creditShapley creditTimeDecay cursor eligible node reason rule
Stage: at maxSeats requestCount seats seq session
StageFull: code maxSeats message
StartLiveSuccess: session
Subscription: bulletChat circleActivity[few] consensusUpdated orderChanged[signed-in] questionsChanged signalPublished
  signalSettled stageChanged viewersChanged
TakeQuestionSuccess: question
TimelineConnection: edges pageInfo
TimelineEdge: cursor node
TimelineMoment: at kind offsetMs pin prediction question user
TooManyPins: code limit message
TooManyQuestions: code limit message
TokenRevocation: id revokedAt tokenId userId
Topic: code name
TopicConnection: edges pageInfo
TopicEdge: cursor node
Touch: at id kind linksUntil
Trade: agreesWithSignal executedAt fee id instrument notional order price quantity side sourcePosts[owner-or-analyst]
TradeConnection: edges pageInfo
TradeEdge: cursor node
UnbanFromSessionSuccess: session
UnfollowCreatorSuccess: creator
UnpinContextSuccess: pin session
UpvoteQuestionSuccess: question
User: acquiredBy[owner-or-analyst] acquisitionSource[owner-or-analyst] creator displayName following[owner-or-analyst] handle id isVerified registeredAt trades[owner-or-analyst]
Viewer: roles user
Vote: castAt horizon probabilityUp revision stance
VotingLocked: code lockedAt message
WrongLiveStatus: code message status
WrongQuestionState: code message state
WrongSeatState: code message state
`

/** Who a rule means in that world. Null: asked of each object by itself. */
export const RULES: Readonly<Record<string, readonly Who[] | null>> = {
  'signed-in': EVERYBODY.filter((who) => who !== 'anonymous'),
  admin: ['admin'],
  host: ['host'],
  few: ['member', 'host'],
  asked: ['requested', 'member', 'exMember', 'host'],
  owner: ['member'],
  'owner-or-analyst': ['member', 'analyst', 'admin'],
  'may-see-post': null,
}

/** The rule of every coordinate, e.g. `Circle.feed`; null for one that is its object's. */
export const WHO_SEES: ReadonlyMap<string, string | null> = new Map(
  TABLE.trim()
    .replaceAll(/\n {2}/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [type = '', fields = ''] = line.split(':')
      return fields
        .trim()
        .split(/\s+/)
        .map((field): [string, string | null] => {
          const [, name = '', rule] = /^(\w+)(?:\[([\w-]+)\])?$/.exec(field) ?? []
          return [`${type}.${name}`, rule ?? null]
        })
    }),
)
