import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, isObjectType } from 'graphql'
import { expect, it } from 'vitest'

/** Told to the public by disclosures (decision 0011); the tests of the subgraph play the differences of answers. */
const DISCLOSED: Readonly<Record<string, string>> = {
  CreatorEngagement: 'clickCount readerCount ticketCount ticketRate viewCount',
  LinkedTradeConnection: 'eligibleCount feesPaid totalCount',
}

/** How many did what everybody sees happen: never who, nor what. */
const PUBLIC_BY_NATURE: Readonly<Record<string, string>> = {
  Bullet: 'number',
  BulletChange: 'dropped',
  Circle: 'memberCount',
  Creator: 'followerCount',
  LiveSession: 'peakViewerCount viewerCount voterCount',
  Question: 'upvoteCount upvoteLowerBound voterCount',
  QuestionBoard: 'openCount',
  SessionAudience: 'peakViewerCount viewerCount',
  Stage: 'requestCount',
  // Of a room that has formed: at least 3 people, none of whom holds more than 0.35 of it.
  Consensus:
    'bearShare bullShare cappedShare changeLastMinute clusterCount disagreement effectiveVoterCount entropy high90 low90 neutralShare probabilityMean probabilityPooled probabilityUp',
  ConsensusSnapshot:
    'bearShare bullShare cappedShare clusterCount disagreement effectiveVoterCount entropy high90 low90 neutralShare probabilityMean probabilityPooled probabilityUp',
  ConsensusRecord: 'extremisedBrier extremisingExponent pooledBrier settledCount',
  HostRecord: 'crowdBrier hostBrier settledCount',
  Prediction: 'crowdBrier extremisedBrier hostBrier hostProbabilityUp pooledBrier',
}

/** Of something that one person made or did: whoever may see the thing may see them. */
const OF_ONE_THING: Readonly<Record<string, string>> = {
  ContextPin: 'value',
  CreatorEngagement: 'postCount signalCount',
  LinkedTradeEdge: 'creditLastTouch creditShapley creditTimeDecay',
  LiveSession: 'questionPrice',
  Order: 'filledQuantity limitPrice quantity',
  OrderTicket: 'limitPrice stop',
  Question: 'price',
  Signal: 'conviction entry moveStopToEntryAfter stop',
  SignalFill: 'fraction price',
  SignalOutcome: 'feeR fundingR maxAdverseR maxFavourableR rGross rNet',
  SignalTarget: 'fraction price',
  SourcePostEdge: 'creditLastTouch creditShapley creditTimeDecay',
  Trade: 'fee notional price quantity',
  Vote: 'probabilityUp',
}

/** Of the market, of limits, of order and of time. */
const OF_NOBODY: Readonly<Record<string, string>> = {
  Candle: 'close high low open volume',
  Consensus: 'extremisingExponent',
  ConsensusSnapshot: 'extremisingExponent',
  Instrument: 'feeBps lotSize tickSize',
  LastPrice: 'price',
  Money: 'amount',
  MutationRate: 'perMinute',
  Prediction: 'priceAtHorizon priceAtLock',
  Question: 'answerAtMs',
  RateLimit: 'costPerMinute costPerOperation nodesPerOperation',
  RateLimits: 'depth fields operationsPerSocket socketsPerAddress socketsPerUser',
  Stage: 'maxSeats',
  StageFull: 'maxSeats',
  TimelineMoment: 'offsetMs',
  TooManyPins: 'limit',
  TooManyQuestions: 'limit',
}

/** Places in a sequence and versions, wherever they are. */
const ORDINALS = ['seq', 'revision', 'version']
const NUMBERS = ['Int', 'Float', 'Decimal', 'Money']

const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'))
const coordinatesOf = (table: Readonly<Record<string, string>>) =>
  Object.entries(table).flatMap(([type, fields]) => fields.split(' ').map((field) => `${type}.${field}`))

it('decides of every number of the API whether it is about people, and how the public is told', () => {
  const numbers = Object.values(api.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => NUMBERS.includes(getNamedType(field.type).name) && !ORDINALS.includes(field.name))
        .map((field) => `${type.name}.${field.name}`),
    )
  const decided = [DISCLOSED, PUBLIC_BY_NATURE, OF_ONE_THING, OF_NOBODY].flatMap(coordinatesOf)
  expect(decided.toSorted()).toEqual(numbers.toSorted())
})

it('whatever is disclosed may be null, where there are too few people', () => {
  for (const [type, fields] of Object.entries(DISCLOSED)) {
    const object = api.getType(type)
    if (!isObjectType(object)) throw new Error(`there is no object ${type}`)
    for (const field of fields.split(' ')) expect(`${field}: ${object.getFields()[field]?.type}`).not.toMatch(/!$/)
  }
})
