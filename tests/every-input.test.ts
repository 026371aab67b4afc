import { readFileSync } from 'node:fs'
import { getPerson } from '@planet/platform/people'
import { encodeCursor } from '@planet/runtime/connection'
import { formatCursor } from '@planet/runtime/event-log/cursor'
import { newKey } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { buildSchema, type ExecutionResult, getNamedType, getNullableType, isNonNullType } from 'graphql'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type InputPlace, inputPlacesOf } from './support/input-places.ts'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'
import { signalOf } from './support/signal.ts'

// What one input of the API can do wrong, every other one can: each value is put into each place where it may stand.

vi.setConfig({ testTimeout: 480_000 })

const DAY_MS = 86_400_000
/** Operations that are under way at a time. */
const AT_ONCE = 8
/** The host of what the sandbox has, who may do everything that there is. */
const viewer: Viewer = { userId: getPerson('otto').userId, roles: ['user', 'admin', 'analyst'] }
const MAX_AGAIN = 5
/** What a request over HTTP has room for. */
const MAX_IN_TEXT = 200_000
const UUID = '00000000-0000-7000-8000-000000000000'

let test: TestPlatform
let places: readonly InputPlace[]

/** The id in an answer that has one. */
const idIn = (answer: unknown): string => /"id":"([^"]+)"/.exec(JSON.stringify(answer))?.[1] ?? ''
const idOf = async (query: string) => idIn(await test.query('otto', query))
/** The id of what a mutation makes. */
const made = async (person: string, mutation: string, what: string, input: Record<string, unknown>) => {
  const success = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Success`
  return idIn(await test.mutate(person, mutation, `... on ${success} { ${what} { id } }`, input))
}

beforeAll(async () => {
  test = await startTestPlatform(8, { mutationRateFactor: 1_000 })
  const instrumentId = await idOf('{ instruments(first: 1) { edges { node { id } } } }')
  const scheduledFor = test.clock.now().toISOString()
  const own = { instrumentId, scheduledFor }
  const sessionId = await made('otto', 'scheduleLive', 'session', { title: 'Mine', ...own })
  await test.mutate('otto', 'startLive', '', { sessionId })
  const circleId = await made('otto', 'openCircle', 'circle', { name: 'Mine', purpose: '' })
  await test.platform.idle()
  const post = { kind: 'INSIGHT', title: 'Mine', body: 'Of Otto' }
  await made('otto', 'publishPost', 'post', { ...post, audience: 'CIRCLE', circleId })
  await test.mutate('ada', 'joinCircle', '', { circleId })
  await test.mutate('otto', 'followCreator', '', { creatorId: getPerson('dina').userId })
  const samples: Record<string, unknown> = {
    ...signalOf(instrumentId, 'x', 'PT1H'),
    ...own,
    sessionId,
    circleId,
    questionId: await made('ada', 'askQuestion', 'question', { sessionId, text: 'Why?' }),
    bulletId: await made('ada', 'sendBullet', 'bullet', { sessionId, text: 'Hello' }),
    orderId: await made('otto', 'placeOrder', 'order', { instrumentId, side: 'BUY', quantity: '1' }),
    postId: await made('otto', 'publishPost', 'post', post),
    creatorId: getPerson('dina').userId,
    creatorIds: [getPerson('dina').userId],
    userId: getPerson('ben').userId,
    handle: 'otto',
    symbol: 'BTC-USD',
    fraction: '1',
    circle: circleId,
    creator: viewer.userId,
    instrument: instrumentId,
    liveSession: test.state.featured.sessionId,
    post: test.state.featured.postId,
  }
  await test.advance(2 * DAY_MS)
  samples.scheduledFor = test.clock.now().toISOString()
  samples.order = samples.orderId
  samples.trade = await idOf('{ myOrders(first: 1) { edges { node { trade { id } } } } }')
  // Of these either there is more than one meaning, or any will do.
  for (const name of ['side', 'targets', 'title', 'body']) delete samples[name]
  places = inputPlacesOf(buildSchema(readFileSync('schema/api.graphql', 'utf8')), (name) => {
    if (name === 'idempotencyKey') return JSON.stringify(newKey())
    return Object.hasOwn(samples, name) ? JSON.stringify(samples[name]) : undefined
  })
})
afterAll(() => test[Symbol.asyncDispose]())

type Try = {
  readonly place: InputPlace
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly what: string
}

/** What the platform answers; of a subscription its first event, which a refusal is. */
async function answer({ place, query, variables = {} }: Try): Promise<ExecutionResult> {
  const { gateway } = test.platform
  if (place.kind !== 'subscription') return gateway.execute({ query, variables }, { viewer })
  const stream = await gateway.subscribe({ query, variables }, { viewer })
  if (!(Symbol.asyncIterator in stream)) return stream
  const { value } = await stream.next()
  await stream.return()
  return value ?? {}
}

const codesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ extensions }) => extensions.code)
const REFUSALS = ['BAD_USER_INPUT', 'CURSOR_INVALID', 'CURSOR_EPOCH_CHANGED', 'CURSOR_FUTURE', 'INVALID_INPUT']
const isRefused = (result: ExecutionResult) =>
  codesOf(result).length > 0 && codesOf(result).every((code) => REFUSALS.includes(String(code)))
/** Whether nothing came of a mutation. */
const isWithoutEffect = (result: ExecutionResult) => !JSON.stringify(result.data ?? null).includes('Success"')
/** Nothing is our fault, and the operation was one. */
const isNoFaultOfOurs = (result: ExecutionResult) =>
  !codesOf(result).some((code) => ['INTERNAL', 'UNAVAILABLE', 'GRAPHQL_VALIDATION_FAILED'].includes(String(code)))

/** Whether a subscription may well begin with this. */
const isTakenBy = ({ type }: InputPlace, what: string) => getNamedType(type).name === 'Boolean' && what.endsWith('true')

/** Those that were not answered as they should be. */
async function wrongAmong(tries: readonly Try[], isRight: (result: ExecutionResult, tried: Try) => boolean): Promise<string[]> {
  const wrong: string[] = []
  const left = [...tries]
  const work = async () => {
    for (let tried = left.shift(); tried; tried = left.shift()) {
      let result = await answer(tried)
      // A busy machine is no fault of the input.
      for (let again = 0; again < MAX_AGAIN && codesOf(result).includes('UNAVAILABLE'); again++) result = await answer(tried)
      if (!isRight(result, tried)) wrong.push(`${tried.place.name} ${tried.what}: ${JSON.stringify(result).slice(0, 300)}`)
    }
  }
  expect(tries.length).toBeGreaterThan(0)
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return wrong
}

/** A value by a variable, and, where it can be written, in the text. */
const tries = (place: InputPlace, what: string, value: unknown): readonly Try[] => [
  { place, what: `by variable: ${what}`, query: place.operation('$value', place.type), variables: { value } },
  ...(typeof value === 'string' && value.isWellFormed() && value.length <= MAX_IN_TEXT
    ? [{ place, what: `in the text: ${what}`, query: place.operation(JSON.stringify(value)) }]
    : []),
]

const leavesOf = (...types: readonly string[]) => places.filter(({ type }) => types.includes(getNamedType(type).name))
/** A list of one where a list is due. */
const valueFor = ({ type }: InputPlace, value: unknown) => (String(getNullableType(type)).startsWith('[') ? [value] : value)
const valuesIn = (all: readonly InputPlace[], values: Readonly<Record<string, unknown>>) =>
  all.flatMap((place) => Object.entries(values).flatMap(([what, value]) => tries(place, what, valueFor(place, value))))

it('null is refused where the schema takes none, whether or not there is a default; it was INTERNAL', async () => {
  const byNull = places
    .filter(({ type, kind, hasDefault }) => isNonNullType(type) && (kind !== 'subscription' || hasDefault))
    .map((place): Try => {
      const variable = place.hasDefault ? getNullableType(place.type) : place.type
      return { place, what: 'null', query: place.operation('$value', variable), variables: { value: null } }
    })
  expect(await wrongAmong(byNull, (result) => isRefused(result) && !result.data)).toEqual([])
})

it('a variable that is left out, and null where it may be, are no fault', async () => {
  const left = places
    .filter(({ type, kind, hasDefault }) => kind !== 'subscription' && (hasDefault || !isNonNullType(type)))
    .flatMap((place): Try[] => {
      const query = place.operation('$value', getNullableType(place.type))
      return [
        { place, what: 'left out', query },
        ...(place.hasDefault ? [] : [{ place, what: 'null', query, variables: { value: null } }]),
      ]
    })
  expect(await wrongAmong(left, (result) => isNoFaultOfOurs(result) && !codesOf(result).includes('BAD_USER_INPUT'))).toEqual([])
})

it('a text that Postgres does not keep as it is finds and stores nothing, and is no fault of ours', async () => {
  const texts = {
    'U+0000': '\0',
    'U+0000 in a text': 'A\0B',
    'the first half of a pair': 'A\ud800',
    'the second half of a pair': '\udfffA',
    'a megabyte': 'x'.repeat(1_000_000),
  }
  const all = valuesIn(leavesOf('String', 'ID', 'Cursor'), texts)
  const isRight = (result: ExecutionResult, { place }: Try) =>
    isNoFaultOfOurs(result) &&
    (place.kind !== 'mutation' || isWithoutEffect(result)) &&
    (place.kind !== 'subscription' || isRefused(result))
  expect(await wrongAmong(all, isRight)).toEqual([])
})

it('a time that the calendar or the platform does not have is refused', async () => {
  const times = {
    '30 February': '2026-02-30T00:00:00Z',
    '29 February': '2025-02-29T00:00:00Z',
    'hour 24': '2026-03-01T24:00:00Z',
    'second 60': '2026-03-01T00:00:60Z',
    'an offset of 24 hours': '2026-03-01T00:00:00+24:00',
    'year 0': '0000-01-01T00:00:00Z',
    'year 99': '0099-12-31T23:59:59Z',
    'year 10000 by its offset': '9999-12-31T23:59:59-00:01',
    'year 99 by its offset': '0100-01-01T00:00:00+00:01',
    'year 10000': '+010000-01-01T00:00:00Z',
    'no time': 'soon',
  }
  expect(await wrongAmong(valuesIn(leavesOf('DateTime'), times), isRefused)).toEqual([])
})

it('the least and the greatest of what a scalar may be are no fault of ours', async () => {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    DateTime: { first: '0100-01-01T00:00:00Z', last: '9999-12-31T23:59:59.999Z', offset: '9999-12-31T23:59:59+23:59' },
    Duration: { none: 'PT0S', longest: 'P999999DT999999H999999M999999S', zero: 'P0D' },
    Decimal: {
      greatest: `${'9'.repeat(20)}.${'9'.repeat(18)}`,
      least: `-${'9'.repeat(20)}.${'9'.repeat(18)}`,
      smallest: `0.${'0'.repeat(17)}1`,
      'negative zero': '-0',
      'leading zeros': '00000000000000000001',
    },
    Int: { greatest: 2 ** 31 - 1, least: -(2 ** 31), zero: 0 },
    Float: { greatest: Number.MAX_VALUE, least: -Number.MAX_VALUE, smallest: Number.MIN_VALUE, 'negative zero': -0 },
  }
  for (const [type, ofType] of Object.entries(values))
    expect(await wrongAmong(valuesIn(leavesOf(type), ofType), isNoFaultOfOurs)).toEqual([])
})

it('what is no value of a scalar is refused', async () => {
  const numbers = [
    '1e3',
    '1e1000',
    '+1',
    ' 1',
    '1 ',
    '１',
    '9'.repeat(10_000),
    'NaN',
    'Infinity',
    '0x10',
    '.5',
    '5.',
    '1_000',
    '--1',
    '',
    '1\0',
    '−1',
  ]
  const durations = [
    'P',
    'PT',
    'P1Y',
    'P1M',
    'P1W',
    'P-1D',
    '-P1D',
    'P1.5D',
    'pt1h',
    'P1D ',
    'P1000000D',
    'PT１H',
    '9'.repeat(10_000),
    '',
    'P1D\0',
  ]
  const named = (values: readonly unknown[]) => Object.fromEntries(values.map((value) => [String(value).slice(0, 20), value]))
  const values = {
    Decimal: [...numbers, 1, true],
    Duration: [...durations, 1],
    DateTime: [1, true, ''],
    Int: [2 ** 31, 0.5, '1', 1e308, true],
    Float: ['1', true, 'NaN'],
    Boolean: ['true', 1, 0],
    ID: [true, 0.5],
    String: [1, true],
  }
  for (const [type, wrong] of Object.entries(values)) {
    const all = valuesIn(leavesOf(type), named(wrong))
    // In the text it is no valid operation where GraphQL itself knows the type.
    const isRight = (result: ExecutionResult) =>
      isRefused(result) || codesOf(result).every((code) => code === 'GRAPHQL_VALIDATION_FAILED')
    expect(await wrongAmong(all, isRight)).toEqual([])
  }
})

it('a value of another kind, and a number beyond all bounds, is no fault of ours', async () => {
  const texts = [
    '{ a: 1 }',
    '[1]',
    '[[[]]]',
    '1',
    '1.5',
    'true',
    'NOPE',
    '1e400',
    '-1e400',
    '9'.repeat(400),
    '-0',
    '""',
    '""""""',
  ]
  const values = [{}, { a: { b: [] } }, [], [[[]]], [null], Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, '']
  const all = places.flatMap((place): Try[] => [
    ...texts.map((text) => ({ place, what: `in the text: ${text}`, query: place.operation(text) })),
    ...values.map((value) => ({
      place,
      what: `by variable: ${JSON.stringify(value)}`,
      query: place.operation('$value', place.type),
      variables: { value },
    })),
  ])
  const isRight = (result: ExecutionResult) => !codesOf(result).some((code) => code === 'INTERNAL' || code === 'UNAVAILABLE')
  // A subscription that is right has no end.
  const ending = all.filter(({ place, what }) => place.kind !== 'subscription' || !isTakenBy(place, what))
  expect(await wrongAmong(ending, isRight)).toEqual([])
})

it('a list of nothing, of null and of very many is no fault of ours', async () => {
  const lists = places.filter(({ type }) => String(getNullableType(type)).startsWith('['))
  const all = lists.flatMap((place): Try[] =>
    [[], [null], Array(5_000).fill(place.name.includes('targets') ? { price: '1', fraction: '1' } : UUID), ['KIND', 'KIND']].map(
      (value) => ({
        place,
        what: `${value.length} times ${JSON.stringify(value[0])}`,
        query: place.operation('$value', place.type),
        variables: { value },
      }),
    ),
  )
  expect(await wrongAmong(all, isNoFaultOfOurs)).toEqual([])
})

it('a cursor that no page gave is refused', async () => {
  const { epoch } = { epoch: 'abcdef' }
  const keys = [
    '',
    '\0',
    'x',
    '-1',
    '1.5',
    '1e3',
    '999999999999999',
    '9'.repeat(40),
    UUID,
    `,${UUID}`,
    `x,${UUID}`,
    `999999999999999,${UUID}`,
    `-99999999999999,${UUID}`,
    `253402300800000,${UUID}`,
    `1,${UUID}\0`,
    `0.5,999999999999999,${UUID}`,
    `e,0,${UUID}`,
    '["A\0","B"]',
    '["A","B"',
    '[]',
    `9,${UUID}`,
  ]
  const cursors = {
    ...Object.fromEntries(keys.map((key) => [key, encodeCursor(key)])),
    none: 'nonsense',
    'of a log': formatCursor({ epoch, pos: 2n ** 63n - 1n }),
    'beyond a log': formatCursor({ epoch, pos: 9_999_999_999_999_999_999n }),
  }
  expect(
    await wrongAmong(
      valuesIn(
        leavesOf('Cursor').filter(({ kind }) => kind === 'query'),
        cursors,
      ),
      isNoFaultOfOurs,
    ),
  ).toEqual([])
  expect(
    await wrongAmong(
      valuesIn(
        leavesOf('Cursor').filter(({ kind }) => kind === 'subscription'),
        cursors,
      ),
      isRefused,
    ),
  ).toEqual([])
  for (const cursor of ['nonsense', encodeCursor('\0'), encodeCursor(`253402300800000,${UUID}`)])
    expect(
      await wrongAmong(
        valuesIn(
          leavesOf('Cursor').filter(({ kind }) => kind === 'query'),
          { cursor },
        ),
        isRefused,
      ),
    ).toEqual([])
})

it('every page takes back the cursors that it gave, whatever the times in them', async () => {
  const instrumentId = await idOf('{ instruments(first: 1) { edges { node { id } } } }')
  for (const scheduledFor of ['5138-11-16T09:46:40Z', '9999-12-31T23:59:59.999Z', '9000-02-28T00:00:00+14:00'])
    expect(await test.mutate('otto', 'scheduleLive', '', { title: 'Far', instrumentId, scheduledFor })).toEqual({
      __typename: 'ScheduleLiveSuccess',
    })
  const connections = places.filter(({ type, isPaged }) => isPaged && getNamedType(type).name === 'Cursor')
  const empty: string[] = []
  const back: Try[] = []
  for (const place of connections) {
    const first = await answer({ place, what: '', query: place.operation('null') })
    // Any: only the path of the place knows what shape the answer has.
    let found: any = first.data
    for (const name of place.path) found = (Array.isArray(found) ? found[0] : found)?.[name]
    const cursors = (found?.edges ?? []).map(({ cursor }: { cursor: string }) => cursor)
    if (cursors.length === 0) empty.push(place.name)
    back.push(...cursors.slice(0, 5).flatMap((cursor: string) => tries(place, 'its own', cursor)))
  }
  expect(await wrongAmong(back, (result) => codesOf(result).length === 0)).toEqual([])
  // A list that is empty here proves nothing.
  expect(empty).toEqual(['Trade.sourcePosts(after:)'])
})
