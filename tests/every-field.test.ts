import { readFileSync } from 'node:fs'
import { getPerson } from '@planet/platform/people'
import { CALLER_LIMITS } from '@planet/runtime/caller-limits'
import {
  buildSchema,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'

const MAX_DEPTH = 6
const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'))

let test: TestPlatform
/** `subgraph Type.field` that the default resolver found no property for. */
const unresolved = new Set<string>()
const visited = new Set<string>()

beforeAll(async () => {
  const { analyst } = CALLER_LIMITS
  // Nobody asks for everything at once, and no reader may.
  test = await startTestPlatform(25, { callerLimits: { ...CALLER_LIMITS, user: analyst } })
  for (const { name, schema } of test.platform.subgraphs) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (isObjectType(type) && !type.name.startsWith('_'))
        for (const field of Object.values(type.getFields())) watch(name, type, field)
    }
  }
}, 120_000)
afterAll(() => test[Symbol.asyncDispose]())

/** Notes that a field was asked for, and whether its parent had it, where no resolver of its own answers. */
function watch(subgraph: string, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): void {
  const { resolve } = field
  field.resolve = (source, args, context, info) => {
    visited.add(`${type.name}.${field.name}`)
    if (!resolve && !(typeof source === 'object' && source !== null && field.name in source))
      unresolved.add(`${subgraph} ${type.name}.${field.name}`)
    return (resolve ?? defaultFieldResolver)(source, args, context, info)
  }
}

/** Every field below `type`, to `MAX_DEPTH`, each type at most once on a path. */
function selectionOf(type: GraphQLObjectType, path: readonly string[]): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const args = field.args.filter(isRequiredArgument).map((arg) => (arg.name === 'interval' ? 'interval: DAY_1' : null))
    if (args.includes(null)) return []
    const call = field.name + (args.length > 0 ? `(${args.join(', ')})` : '')
    const inner = getNamedType(field.type)
    if (!isCompositeType(inner)) return [call]
    if (isAbstractType(inner) || path.length >= MAX_DEPTH) return []
    if (path.includes(inner.name)) return [`${call} { __typename }`]
    const selection = selectionOf(inner as GraphQLObjectType, [...path, inner.name])
    return selection ? [`${call} { ${selection} }`] : []
  })
  return fields.join(' ')
}

/** Every type that a query can reach. What only a mutation or a subscription gives is seen by the tests of its subgraph. */
function typesBelow(root: GraphQLNamedType | null | undefined): readonly GraphQLObjectType[] {
  const seen = new Set<GraphQLNamedType>()
  const reach = (type: GraphQLNamedType) => {
    if (!isCompositeType(type) || seen.has(type)) return
    seen.add(type)
    if (isAbstractType(type)) for (const member of api.getPossibleTypes(type)) reach(member)
    else for (const field of Object.values(type.getFields())) reach(getNamedType(field.type))
  }
  if (root) reach(root)
  return [...seen].filter(isObjectType)
}

/** A session that has not ended, so that somebody is on the way to its stage. */
async function inviteGuest(instrumentId: string): Promise<void> {
  const schedule = `mutation ($input: ScheduleLiveInput!) {
    scheduleLive(input: $input) { ... on ScheduleLiveSuccess { session { id } } } }`
  const scheduledFor = test.clock.now().toISOString()
  const scheduled = await test.query('otto', schedule, {
    input: { idempotencyKey: 'every field', title: 'Next', instrumentId, scheduledFor },
  })
  const invite = 'mutation ($input: InviteGuestInput!) { inviteGuest(input: $input) { __typename } }'
  const invited = await test.query('otto', invite, {
    input: { idempotencyKey: 'every field', sessionId: scheduled.data.scheduleLive.session.id, userId: getPerson('ada').userId },
  })
  expect(invited.data).toEqual({ inviteGuest: { __typename: 'InviteGuestSuccess' } })
}

/** The newest post of the feed, which builds on a page elsewhere. */
async function citePage(): Promise<void> {
  const externalRefs = [
    { url: 'https://a.example', source: 'A', capturedAt: test.clock.now().toISOString(), sha256: '0'.repeat(64) },
  ]
  const input = { kind: 'NEWS', title: 'News', body: 'Of elsewhere', externalRefs }
  expect(await test.mutate('otto', 'publishPost', '', input)).toEqual({ __typename: 'PublishPostSuccess' })
}

it('every field of every type has a resolver or a property behind it', async () => {
  const ids = await test.query(
    'ada',
    '{ myOrders(first: 1) { edges { node { id trade { id } } } } creators(first: 1) { edges { node { id } } } instruments(first: 1) { edges { node { id } } } }',
  )
  const { myOrders, creators, instruments } = ids.data
  await inviteGuest(instruments.edges[0].node.id)
  await citePage()
  const args: Record<string, string> = {
    post: `(id: "${test.state.featured.postId}")`,
    creator: `(id: "${creators.edges[0].node.id}")`,
    creatorByHandle: '(handle: "otto")',
    instrument: `(id: "${instruments.edges[0].node.id}")`,
    instrumentBySymbol: '(symbol: "BTC-USD")',
    order: `(id: "${myOrders.edges[0].node.id}")`,
    trade: `(id: "${myOrders.edges[0].node.trade.id}")`,
    circle: `(id: "${test.state.circleId}")`,
    liveSession: `(id: "${test.state.featured.sessionId}")`,
  }
  for (const field of Object.values(api.getQueryType()?.getFields() ?? {})) {
    const inner = getNamedType(field.type)
    const selection = isObjectType(inner) ? ` { ${selectionOf(inner, [inner.name])} }` : ''
    const call = args[field.name] ?? (field.args.some((arg) => arg.name === 'first') ? '(first: 2)' : '')
    for (const person of ['ada', 'otto', 'nora']) {
      const { errors } = await test.query(person, `{ ${field.name}${call}${selection} }`)
      expect(errors?.map(({ message, path }) => `${field.name} as ${person}: ${message} at ${path?.join('.')}`)).toBeUndefined()
    }
  }
  expect([...unresolved]).toEqual([])
  const all = typesBelow(api.getQueryType())
  const missed = all
    .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`))
    .filter((name) => !visited.has(name))
  expect(missed).toEqual([])
}, 60_000)
