import { readFileSync } from 'node:fs'
import { newKey } from '@planet/runtime/testing/subgraph'
import {
  buildSchema,
  type ExecutionResult,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inputPlacesOf } from './support/input-places.ts'
import { EVERYBODY, leaksIn, type PrivateWorld, plantSecrets, viewerOf, WHO, type Who } from './support/private-world.ts'
import { fieldsAlone, SHAPES, type Shape, selectionOf } from './support/selections.ts'
import { signalOf } from './support/signal.ts'
import { RULES, WHO_SEES } from './support/who-sees-what.ts'

const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'))
/** As much as one document may hold. */
const DEPTHS: Readonly<Record<Shape, number>> = { direct: 2, alias: 1, fragment: 2, ids: 0, 'far ids': 1 }
const AT_ONCE = 8

let world: PrivateWorld
/** What is asked for by a root field, with the ids of what is planted and of what everybody sees. */
let roots: readonly string[]

const typeOf = (name: string): GraphQLObjectType => {
  const type = api.getType(name)
  if (!isObjectType(type)) throw new Error(`there is no object ${name}`)
  return type
}
const rootField = (call: string) => typeOf('Query').getFields()[call.split('(')[0] ?? '']

const MAX_AGAIN = 5
const codesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ extensions }) => String(extensions.code))

async function ask(who: Who, query: string): Promise<ExecutionResult> {
  const once = () => world.test.platform.gateway.execute({ query, variables: {} }, { viewer: viewerOf(who) })
  let answer = await once()
  // A busy machine tells nobody's secrets, and shows nothing either.
  for (let again = 0; again < MAX_AGAIN && codesOf(answer).includes('UNAVAILABLE'); again++) answer = await once()
  return answer
}

/** What was not asked at all brings nothing to light. */
const refusalsIn = (answer: ExecutionResult) =>
  codesOf(answer).filter((code) => /VALIDATION|PARSE|COST|BAD_USER_INPUT|UNAVAILABLE|INTERNAL|LARGE/.test(code))

/** Does all of it, some at a time; what is found, in order. */
async function findAll<Item>(items: readonly Item[], find: (item: Item) => Promise<readonly string[]>): Promise<string[]> {
  const found: string[] = []
  const left = [...items]
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) found.push(...(await find(item)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found.sort()
}

beforeAll(async () => {
  world = await plantSecrets()
  const { ids } = world
  const byId = ['post', 'circle', 'order', 'trade', 'liveSession', 'instrument'] as const
  const host = viewerOf('host')?.userId
  const special = [
    ...byId.map((kind) => `${kind}(id: "${ids[kind]}")`),
    `order(id: "${ids.orderOfExMember}")`,
    `creator(id: "${host}")`,
    'creatorByHandle(handle: "otto")',
    'instrumentBySymbol(symbol: "BTC-USD")',
  ]
  const others = Object.values(typeOf('Query').getFields())
    .filter(({ name }) => !special.some((call) => call.startsWith(`${name}(`)))
    .map(({ name, args }) => (args.some((arg) => arg.name === 'first') ? `${name}(first: 4)` : name))
  roots = [...special, ...others]
}, 240_000)
afterAll(() => world?.[Symbol.asyncDispose]())

/** Those fields of a type that hold nothing and need nothing. */
const leavesOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument) && field.name !== 'id')
    .map(({ name }) => name)
    .join(' ')

describe('the authorization matrix', () => {
  it('has a rule for every field of the API, and no other', () => {
    const all = Object.values(api.getTypeMap())
      .filter((type) => isObjectType(type))
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
    expect([...WHO_SEES.keys()].sort()).toEqual(all.sort())
    expect([...new Set(WHO_SEES.values())].filter((rule) => rule !== null && !(rule in RULES))).toEqual([])
  })

  it('is what each of the planted things shows to each of those who look', async () => {
    const { ids } = world
    const owners: readonly Who[] = ['member', 'analyst', 'admin']
    const few: readonly Who[] = ['member', 'host']
    const order = `order(id: "${ids.order}")`
    const left = `order(id: "${ids.orderOfExMember}")`
    const asker = `liveSession(id: "${ids.liveSession}") { questions(first: 1) { edges { node { author`
    const probes: readonly { type: string; path: string; seenBy: readonly Who[]; seesPost?: readonly Who[] }[] = [
      { type: 'Post', path: `post(id: "${ids.post}")`, seenBy: few },
      { type: 'Signal', path: `post(id: "${ids.post}") { signal`, seenBy: few },
      { type: 'Circle', path: `circle(id: "${ids.circle}")`, seenBy: EVERYBODY },
      { type: 'Order', path: order, seenBy: owners },
      { type: 'OrderTicket', path: `${order} { ticket`, seenBy: ['member'], seesPost: ['member'] },
      { type: 'OrderTicket', path: `${left} { ticket`, seenBy: ['exMember'], seesPost: [] },
      { type: 'Trade', path: `trade(id: "${ids.trade}")`, seenBy: owners },
      { type: 'User', path: asker, seenBy: EVERYBODY },
      { type: 'Creator', path: `creator(id: "${viewerOf('host')?.userId}")`, seenBy: EVERYBODY },
      { type: 'LiveSession', path: `liveSession(id: "${ids.liveSession}")`, seenBy: EVERYBODY },
    ]
    const probed = new Set<string>()
    const wrong = await findAll(probes, async ({ type, path, seenBy, seesPost = [] }) => {
      const seen = new Map<string, Who[]>()
      for (const who of EVERYBODY) {
        const answer = await ask(who, `{ ${path} { ${fieldsAlone(typeOf(type))} } ${'}'.repeat(path.split('{').length)}`)
        const object = objectAt(answer.data, path)
        if (object) seen.set(type, [...(seen.get(type) ?? []), who])
        for (const [field, value] of Object.entries(object ?? {}))
          if (value !== null) seen.set(`${type}.${field}`, [...(seen.get(`${type}.${field}`) ?? []), who])
        if (answer.errors) seen.set(`errors ${type} ${answer.errors.map(({ message }) => message)}`, [who])
      }
      const expected = new Map([[type, seenBy]])
      for (const [coordinate, rule] of WHO_SEES) {
        if (rule === null || !coordinate.startsWith(`${type}.`)) continue
        probed.add(coordinate)
        // A market order has no price that a plan suggests.
        if (coordinate === 'OrderTicket.limitPrice') continue
        expected.set(coordinate, RULES[rule] ?? seesPost)
      }
      const told = [...seen].filter(([what]) => expected.has(what) || what.startsWith('errors')).map(([what]) => what)
      return [...new Set([...expected.keys(), ...told])].flatMap((what) => {
        const [is, should] = [seen.get(what) ?? [], expected.get(what) ?? []]
        return is.toSorted().join() === should.toSorted().join() ? [] : [`${what} at ${path}: ${is}, not ${should}`]
      })
    })
    expect(wrong).toEqual([])
    const unprobed = [...WHO_SEES].filter(([coordinate, rule]) => rule !== null && !probed.has(coordinate))
    // These are asked one by one below.
    expect(unprobed.filter(([coordinate]) => !/^(Query|Mutation|Subscription)\./.test(coordinate))).toEqual([])
  })

  it('is who may ask a root field at all', async () => {
    const rules = [...WHO_SEES].filter(([coordinate, rule]) => coordinate.startsWith('Query.') && rule !== null)
    const wrong = await findAll(rules, async ([coordinate, rule]) => {
      const field = coordinate.replace('Query.', '')
      const seen: Who[] = []
      for (const who of EVERYBODY) {
        const { data } = await ask(who, `{ ${field} { __typename } }`)
        if (data?.[field]) seen.push(who)
      }
      return seen.join() === RULES[rule ?? '']?.join() ? [] : [`${coordinate}: ${seen}`]
    })
    expect(wrong).toEqual([])
  })
})

/** The object at a path such as `post(id: "…") { signal`; of a list the first. */
function objectAt(data: ExecutionResult['data'], path: string): Record<string, unknown> | null {
  let value: unknown = data
  for (const call of path.split('{')) {
    if (Array.isArray(value)) value = value[0]
    value = typeof value === 'object' && value !== null ? Reflect.get(value, call.trim().split('(')[0] ?? '') : null
  }
  return typeof value === 'object' && value !== null ? { ...value } : null
}

describe('what is planted reaches nobody whom it is not for', () => {
  const everywhere = () => EVERYBODY.flatMap((who) => roots.map((root) => ({ who, root })))

  it.each(SHAPES)('by any query, asked for by %s', async (shape) => {
    const leaks = await findAll(everywhere(), async ({ who, root }) => {
      const type = getNamedType(rootField(root)?.type)
      const selection = isObjectType(type) ? `{ ${selectionOf(api, type, DEPTHS[shape], shape)} }` : ''
      const answer = await ask(who, `{ ${root} ${selection} }`)
      return [
        ...leaksIn(world.secrets, who, answer).map((what) => `${what} reaches ${who} by ${root}`),
        ...refusalsIn(answer).map((code) => `${root} by ${who}: ${code}`),
      ]
    })
    expect(leaks).toEqual([])
  })

  it('by a list that has to be asked for, and it reaches those whom it is for', async () => {
    const { ids } = world
    const bullets = (moderation: string) =>
      `{ liveSession(id: "${ids.liveSession}") { bullets(moderation: ${moderation}) { edges { node { text author { id } } } } } }`
    const reached = new Set<string>()
    for (const who of EVERYBODY) {
      for (const query of [
        ...['HELD', 'REMOVED', 'VISIBLE'].map(bullets),
        ...['ticket { id attributionToken }', 'quantity'].map(
          (wanted) => `{ order(id: "${ids.order}") { id ${wanted} trade { id fee { amount } } } }`,
        ),
      ]) {
        const answer = await ask(who, query)
        expect(leaksIn(world.secrets, who, answer)).toEqual([])
        for (const { what, text } of world.secrets) if (JSON.stringify(answer).includes(text)) reached.add(`${what}: ${who}`)
      }
    }
    for (const [what, who] of [
      ['chat held back', 'host'],
      ['chat held back', 'admin'],
      ['an order', 'analyst'],
      ['a trade', 'member'],
      ["a ticket on a circle's post", 'member'],
    ])
      expect([...reached]).toContain(`${what}: ${who}`)
  })

  it('and whoever has left sees null in its place, and no error, whatever is asked of it', async () => {
    for (const wanted of [
      'id',
      'title',
      'id title body',
      'signal { stop }',
      'author { handle } versions { edges { node { title } } }',
    ]) {
      const answer = await ask('exMember', `{ myOrders(first: 1) { edges { node { ticket { stop post { ${wanted} } } } } } }`)
      expect(answer).toEqual({ data: { myOrders: { edges: [{ node: { ticket: { stop: null, post: null } } }] } } })
    }
  })

  it('by a reference at a subgraph, whatever it is said to be', async () => {
    const { ids, test } = world
    const host = viewerOf('host')?.userId
    const known: Readonly<Record<string, readonly string[]>> = {
      Post: [ids.post],
      Signal: [ids.signal],
      Circle: [ids.circle],
      Order: [ids.order, ids.orderOfExMember],
      Trade: [ids.trade],
      LiveSession: [ids.liveSession],
      Instrument: [ids.instrument],
      User: [viewerOf('member')?.userId ?? '', viewerOf('exMember')?.userId ?? ''],
      Creator: [host ?? ''],
    }
    const references = test.platform.subgraphs.flatMap(({ name, schema }) => {
      const union = schema.getType('_Entity')
      const types = union && 'getTypes' in union ? union.getTypes() : []
      return types.flatMap((type) => {
        const all = selectionOf(schema, type, 1, 'direct')
        // An object that hides itself could take with it what does not.
        const selections = [all, leavesOf(type)].filter((selection) => selection !== '')
        return EVERYBODY.flatMap((who) => selections.map((selection) => ({ name, type, who, selection })))
      })
    })
    expect(references.length).toBeGreaterThan(10 * EVERYBODY.length)
    expect(references.filter(({ type }) => !known[type.name]).map(({ type }) => type.name)).toEqual([])
    const leaks = await findAll(references, async ({ name, type, who, selection: whole }) => {
      // The key itself is the asker's.
      const selection = whole.replace(/(^| )id(?= |$)/, ' ')
      const of = (known[type.name] ?? []).map((id) => ({ __typename: type.name, id }))
      const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type.name} { ${selection} } } }`
      const answer = await test.askSubgraph(name, viewerOf(who), query, { of })
      return leaksIn(world.secrets, who, answer).map((what) => `${what} reaches ${who} by ${type.name} at ${name}`)
    })
    expect(leaks).toEqual([])
  })

  it('by any stream, from its beginning', async () => {
    const { ids, test } = world
    await publishMarkers()
    const oldest = await test.platform.events.oldest()
    const calls: Readonly<Record<string, string>> = {
      signalPublished: `(after: "${oldest}")`,
      signalSettled: `(after: "${oldest}")`,
      orderChanged: `(after: "${oldest}")`,
      circleActivity: `(circleId: "${ids.circle}", after: "${oldest}")`,
      bulletChat: `(sessionId: "${ids.liveSession}", after: "${oldest}")`,
    }
    const fields = Object.values(typeOf('Subscription').getFields())
    const settled = await countSettled(oldest)
    const ends: Readonly<Record<string, (events: readonly unknown[]) => boolean>> = {
      signalPublished: (events) => JSON.stringify(events.at(-1)).includes(MARKER),
      bulletChat: (events) => JSON.stringify(events.at(-1)).includes(MARKER),
      orderChanged: (events) => JSON.stringify(events.at(-1)).includes(`"quantity":"${LAST_QUANTITY}"`),
      circleActivity: (events) => JSON.stringify(events.at(-1)).includes('MEMBER_LEFT'),
      signalSettled: (events) => events.length >= settled,
    }
    const allowed = new Map<string, Who[]>()
    const asked = EVERYBODY.flatMap((who) => fields.map((field) => ({ who, field })))
    const leaks = await findAll(asked, async ({ who, field }) => {
      const { name } = field
      const call = calls[name] ?? `(sessionId: "${ids.liveSession}")`
      const query = `subscription { ${name}${call} { ${selectionOf(api, getNamedType(field.type), 1, 'direct')} } }`
      const stream = await test.platform.gateway.subscribe({ query, variables: {} }, { viewer: viewerOf(who) })
      const events: unknown[] = []
      if (Symbol.asyncIterator in stream) {
        for await (const event of stream) {
          events.push(event)
          if (event.errors && !event.data) break
          if ((ends[name] ?? (() => true))(events)) break
        }
        await stream.return()
      } else events.push(stream)
      if (!/"code":"(FORBIDDEN|UNAUTHENTICATED)"/.test(JSON.stringify(events)))
        allowed.set(name, [...(allowed.get(name) ?? []), who])
      return leaksIn(world.secrets, who, events).map((what) => `${what} reaches ${who} by ${name}`)
    })
    expect(leaks).toEqual([])
    for (const { name } of fields) {
      const rule = WHO_SEES.get(`Subscription.${name}`)
      expect({ name, allowed: allowed.get(name)?.toSorted() }).toEqual({
        name,
        allowed: (rule ? (RULES[rule] ?? []) : EVERYBODY).toSorted(),
      })
    }
  })
})

const MARKER = 'The last that everybody hears'
const LAST_QUANTITY = '7.0007'

/** Something last in every stream that does not say its present state at once. */
async function publishMarkers(): Promise<void> {
  const { ids, test } = world
  await test.mutate(WHO.host, 'publishSignal', '', signalOf(ids.instrument, MARKER, 'P1D'))
  await test.mutate(WHO.host, 'sendBullet', '', { sessionId: ids.liveSession, text: MARKER })
  for (const who of EVERYBODY) {
    const name = WHO[who]
    if (name !== null)
      await test.mutate(name, 'placeOrder', '', { instrumentId: ids.instrument, side: 'BUY', quantity: LAST_QUANTITY })
  }
  await test.platform.idle()
}

/** How many outcomes of public signals have been told. */
async function countSettled(oldest: string): Promise<number> {
  let count = 0
  for (let after = oldest; ; ) {
    const page = await world.test.platform.events.read({ after, types: ['trading.SignalSettled'], limit: 1000 })
    count += page.events.filter(({ stream }) => stream.startsWith('outcomes:')).length
    if (page.next === after) return count
    after = page.next
  }
}

describe('a mutation', () => {
  const mutations = Object.keys(typeOf('Mutation').getFields())
  /** With what it requires, and then with each other thing that there is an id of. */
  let operationsOf: (mutation: string) => readonly string[]
  const whatOf = (place: string) => /\w+(?= in)/.exec(place)?.[0] ?? ''

  beforeAll(() => {
    const { ids } = world
    const samples: Record<string, unknown> = {
      ...signalOf(ids.instrument, 'x', 'PT1H'),
      postId: ids.post,
      postIds: [ids.post],
      circleId: ids.circle,
      orderId: ids.order,
      sessionId: ids.liveSession,
      instrumentId: ids.instrument,
      userId: viewerOf('exMember')?.userId,
      creatorId: viewerOf('host')?.userId,
      questionId: ids.post,
      bulletId: ids.post,
      pinId: ids.post,
      handle: 'somebody',
      quantity: '1',
      scheduledFor: world.test.clock.now().toISOString(),
      fraction: '1',
    }
    for (const name of ['targets', 'side', 'title', 'body']) delete samples[name]
    const sampleOf = (name: string) => {
      if (name === 'idempotencyKey') return JSON.stringify(newKey())
      return Object.hasOwn(samples, name) ? JSON.stringify(samples[name]) : undefined
    }
    operationsOf = (mutation) => {
      const field = typeOf('Mutation').getFields()[mutation]
      const places = inputPlacesOf(api, sampleOf).filter(({ name }) => name.endsWith(` in Mutation.${mutation}(input:)`))
      const optional = places.filter(({ name, type }) => !isNonNullType(type) && sampleOf(whatOf(name)) !== undefined)
      const required = places.find(({ type }) => /^(ID|String)!$/.test(String(type)))
      if (!field || !required) throw new Error(`${mutation} has no input`)
      const selection = ` { ${selectionOf(api, getNamedType(field.type), 1, 'direct')} }`
      return [required, ...optional].map(({ name, operation }) =>
        operation(sampleOf(whatOf(name)) ?? '"x"').replace(' { __typename }', selection),
      )
    }
  })

  it('is refused to whoever has not signed in, and what is for an admin to everybody else', async () => {
    const wrong = await findAll(mutations, async (mutation) => {
      const rule = WHO_SEES.get(`Mutation.${mutation}`) ?? ''
      const [query = ''] = operationsOf(mutation)
      const refused: string[] = []
      for (const who of EVERYBODY.filter((each) => !RULES[rule]?.includes(each))) {
        const { data, errors } = await ask(who, query)
        const code = errors?.[0]?.extensions.code
        const right = who === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN'
        if (data?.[mutation] || code !== right) refused.push(`${mutation} by ${who}: ${code}`)
      }
      return rule === '' ? [`${mutation} has no rule`] : refused
    })
    expect(wrong).toEqual([])
  })

  it('brings nobody what is not for them, whatever ids they have got hold of', async () => {
    const outsiders: readonly Who[] = ['other', 'exMember', 'banned', 'partner', 'analyst', 'admin']
    const leaks = await findAll(mutations, async (mutation) => {
      const found: string[] = []
      for (const who of outsiders) {
        for (const query of operationsOf(mutation)) {
          const answer = await ask(who, query)
          found.push(...leaksIn(world.secrets, who, answer).map((what) => `${what} reaches ${who} by ${mutation}`))
        }
      }
      return found
    })
    expect(leaks).toEqual([])
  })
})
