import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLInputType, getNamedType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform } from './support/platform.ts'
import { signalOf } from './support/signal.ts'

const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'))

/** Where a client says something in a String: `Type.field` of an input, `Type.field(argument)` of a field. */
const stringInputs = Object.values(api.getTypeMap()).flatMap((type) => {
  const isString = (input: { readonly type: GraphQLInputType }) => getNamedType(input.type).name === 'String'
  if (type.name.startsWith('__')) return []
  if (isInputObjectType(type))
    return Object.values(type.getFields())
      .filter(isString)
      .map(({ name }) => `${type.name}.${name}`)
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) =>
    field.args.filter(isString).map(({ name }) => `${type.name}.${field.name}(${name})`),
  )
})

/** What is no text from people for people, and why. */
const NO_TEXT: Readonly<Record<string, string>> = {
  'RevokeTokensInput.tokenId': 'what an issuer calls a token, whatever that is',
  'FeedFilter.topic': 'the code of a topic, only looked up',
  'PlaceOrderInput.attributionToken': 'made by us, only looked up',
  'Query.creatorByHandle(handle)': 'only looked up',
  'Query.instrumentBySymbol(symbol)': 'only looked up',
  'Query.instrumentBySymbol(venue)': 'only looked up',
}
const isKey = (name: string) => name.endsWith('.idempotencyKey')

type Text = {
  readonly person: string
  readonly mutation: string
  /** The other fields of the input. */
  readonly rest: () => Record<string, unknown>
  /** The name of the field, or the path of the fault where the text lies deeper. */
  readonly field?: string
  /** Puts the text where it belongs, if that is not simply a field. */
  readonly put?: (text: string) => Record<string, unknown>
  /** True where only some letters are taken at all. */
  readonly isWord?: true
  readonly isProse?: true
}

let test: TestPlatform
let instrumentId: string
let sessionId: string

const soon = () => test.clock.now().toISOString()
const post = () => ({ kind: 'INSIGHT', title: 'Title', body: 'Body' })
const price = (currency: string) => ({ amount: '1', currency })
const scheduled = () => ({ title: 'Title', instrumentId, scheduledFor: soon() })
const pin = () => ({ sessionId, kind: 'LINK', title: 'Title', source: 'Source', sourceUrl: 'https://a.example' })
const figure = () => ({ ...pin(), kind: 'ETF_FLOW', value: '1', unit: 'USD', asOf: soon() })
const externalRef = () => ({ url: 'https://a.example', source: 'Source', capturedAt: soon(), sha256: '0'.repeat(64) })
const signal = () => signalOf(instrumentId, 'Title', 'PT1H')

const TEXTS: Readonly<Record<string, Text>> = {
  'RegisterUserInput.handle': { person: 'ada', mutation: 'registerUser', rest: () => ({ displayName: 'Ada' }), isWord: true },
  'RegisterUserInput.displayName': { person: 'ada', mutation: 'registerUser', rest: () => ({ handle: 'ada_2' }) },
  'OpenCreatorProfileInput.headline': { person: 'otto', mutation: 'openCreatorProfile', rest: () => ({}), isProse: true },
  'OpenCircleInput.name': { person: 'otto', mutation: 'openCircle', rest: () => ({ purpose: '' }) },
  'OpenCircleInput.purpose': { person: 'otto', mutation: 'openCircle', rest: () => ({ name: 'Name' }), isProse: true },
  'PublishPostInput.title': { person: 'otto', mutation: 'publishPost', rest: post },
  'PublishPostInput.body': { person: 'otto', mutation: 'publishPost', rest: post, isProse: true },
  'PublishPostInput.topics': {
    person: 'otto',
    mutation: 'publishPost',
    rest: post,
    field: 'topics.0',
    put: (text) => ({ topics: [text] }),
    isWord: true,
  },
  'PublishSignalInput.title': { person: 'otto', mutation: 'publishSignal', rest: signal },
  'PublishSignalInput.body': { person: 'otto', mutation: 'publishSignal', rest: signal, isProse: true },
  'PublishSignalInput.topics': {
    person: 'otto',
    mutation: 'publishSignal',
    rest: signal,
    field: 'topics.0',
    put: (text) => ({ topics: [text] }),
    isWord: true,
  },
  'EditPostInput.title': {
    person: 'otto',
    mutation: 'editPost',
    rest: () => ({ postId: test.state.featured.postId, body: 'Body' }),
  },
  'EditPostInput.body': {
    person: 'otto',
    mutation: 'editPost',
    rest: () => ({ postId: test.state.featured.postId, title: 'Title' }),
    isProse: true,
  },
  'ExternalRefInput.url': {
    person: 'otto',
    mutation: 'publishPost',
    rest: post,
    field: 'externalRefs.0.url',
    put: (text) => ({ externalRefs: [{ ...externalRef(), url: text }] }),
    isWord: true,
  },
  'ExternalRefInput.source': {
    person: 'otto',
    mutation: 'publishPost',
    rest: post,
    field: 'externalRefs.0.source',
    put: (text) => ({ externalRefs: [{ ...externalRef(), source: text }] }),
  },
  'ExternalRefInput.sha256': {
    person: 'otto',
    mutation: 'publishPost',
    rest: post,
    field: 'externalRefs.0.sha256',
    put: (text) => ({ externalRefs: [{ ...externalRef(), sha256: text }] }),
    isWord: true,
  },
  'ScheduleLiveInput.title': { person: 'otto', mutation: 'scheduleLive', rest: scheduled },
  'MoneyInput.currency': {
    person: 'otto',
    mutation: 'scheduleLive',
    rest: scheduled,
    field: 'questionPrice.currency',
    put: (text) => ({ questionPrice: price(text) }),
    isWord: true,
  },
  'SendBulletInput.text': { person: 'ben', mutation: 'sendBullet', rest: () => ({ sessionId }) },
  'AskQuestionInput.text': { person: 'cleo', mutation: 'askQuestion', rest: () => ({ sessionId }) },
  'PinContextInput.title': { person: 'otto', mutation: 'pinContext', rest: pin },
  'PinContextInput.source': { person: 'otto', mutation: 'pinContext', rest: pin },
  'PinContextInput.sourceUrl': { person: 'otto', mutation: 'pinContext', rest: pin, isWord: true },
  'PinContextInput.unit': { person: 'otto', mutation: 'pinContext', rest: figure, isWord: true },
}

async function say(name: string, text: string): Promise<{ __typename: string; faults?: readonly { field: string }[] }> {
  const found = TEXTS[name]
  if (!found) throw new Error(`${name} is not tried`)
  const { person, mutation, rest, put } = found
  const words = put ? put(text) : { [name.split('.')[1] ?? '']: text }
  return test.mutate(person, mutation, '... on InvalidInput { faults { field } }', { ...rest(), ...words })
}
const faultOf = (name: string) => ({ field: TEXTS[name]?.field ?? name.split('.')[1] })
const show = (text: string) => [...text].map((char) => `U+${char.codePointAt(0)?.toString(16)}`).join(' ')

beforeAll(async () => {
  test = await startTestPlatform(8, { mutationRateFactor: 1_000 })
  const { data } = await test.query(null, '{ instruments(first: 1) { edges { node { id } } } }')
  instrumentId = data.instruments.edges[0].node.id
  const opened = await test.mutate('otto', 'scheduleLive', '... on ScheduleLiveSuccess { session { id } }', scheduled())
  sessionId = opened.session.id
  await test.mutate('otto', 'startLive', '', { sessionId })
  await test.platform.idle()
})
afterAll(() => test[Symbol.asyncDispose]())

it('every String that a client may send is a text that is tried here, or no text for a reason', () => {
  const known = [...Object.keys(TEXTS), ...Object.keys(NO_TEXT)]
  expect(stringInputs.filter((name) => !isKey(name)).sort()).toEqual(known.sort())
})

const INVISIBLE = ['\u3164', '\u2800\u115f', '\u{e0067}', ' \u0301', '\ufdd0']
const TURNING = ['https://a.example/\u202e', 'a\u2067']

it.each(Object.keys(TEXTS))('%s with nothing to read, or that turns what is read after it, was taken', async (name) => {
  for (const text of [...INVISIBLE, ...TURNING]) {
    const refused = await say(name, text)
    expect(refused, show(text)).toMatchObject({ __typename: 'InvalidInput' })
    expect(refused.faults, show(text)).toContainEqual(faultOf(name))
  }
})

const inAnyScript = Object.keys(TEXTS).filter((name) => !TEXTS[name]?.isWord)
it.each(inAnyScript)('%s is taken in every script', async (name) => {
  const texts = ['👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️', 'می‌خواهم क्‍ष', 'e\u0301', '한국어 牛市', ...(TEXTS[name]?.isProse ? ['a\n\u2067נ\u2069 b'] : [])]
  for (const text of texts) expect((await say(name, text)).__typename, show(text)).not.toBe('InvalidInput')
})
