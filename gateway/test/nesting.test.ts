import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../src/admission/limits.ts'
import { hashOf } from '../src/admission/safelist.ts'
import { openRawEventSource } from './testing/raw-event-source.ts'
import { openReadySocket } from './testing/raw-socket.ts'
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts'

let test: TestGateway
beforeAll(async () => {
  test = await startTestGateway()
})
afterAll(() => test[Symbol.asyncDispose]())

const within = (levels: number, open: string, inner: string, close: string) => open.repeat(levels) + inner + close.repeat(levels)

const DOCUMENTS: readonly (readonly [string, (levels: number) => string])[] = [
  ['inline fragments', (levels) => within(levels, '{...', '{__typename}', '}')],
  ['inline fragments in a fragment', (levels) => `{...F}fragment F on Query${within(levels, '{...', '{__typename}', '}')}`],
  ['fields', (levels) => within(levels, '{rooms', '{id}', '}')],
  ['lists', (levels) => `{room(id:${within(levels, '[', '"1"', ']')}){id}}`],
  ['objects', (levels) => `{room(id:${within(levels, '{a:', '"1"', '}')}){id}}`],
  ['lists and objects by turns', (levels) => `{room(id:${within(levels, '[{a:', '"1"', '}]')}){id}}`],
  ['types', (levels) => `query($a:${within(levels, '[', 'ID', ']')}){rooms{id}}`],
  ['default values', (levels) => `query($a:ID=${within(levels, '[', '"1"', ']')}){room(id:$a){id}}`],
  ['arguments of directives', (levels) => `{rooms@include(if:${within(levels, '[', 'true', ']')}){id}}`],
  ['what is never closed', (levels) => `{room(id:${'['.repeat(levels)}`],
  [
    'fragments that spread the next',
    (levels) =>
      `{...F0}${Array.from({ length: levels }, (_, i) => `fragment F${i} on Query{...F${i + 1}}`).join('')}fragment F${levels} on Query{__typename}`,
  ],
]

/** From just too deep to far deeper than any stack. */
const LEVELS = [LIMITS.nesting + 1, 800, 2_000, 5_000]

const codesIn = (errors: readonly { extensions?: { code?: string } }[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.code)
const codesOf = async (response: Response) => codesIn(((await response.json()) as { errors?: [] }).errors)

describe.each(DOCUMENTS)('a document of %s in one another', (_, write) => {
  it.each(LEVELS)('is refused with a code when they are %i', async (levels) => {
    const query = write(levels)
    const response = await test.post({ query })
    expect(response.status).toBe(400)
    expect(await codesOf(response)).toEqual([expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/)])
  })
})

it('admits what is nested as deeply as it may be', async () => {
  const fragments = within(LIMITS.nesting - 1, '{...', '{__typename}', '}')
  expect(await (await test.post({ query: fragments })).json()).toEqual({ data: { __typename: 'Query' } })
  const deeper = within(LIMITS.nesting, '{...', '{__typename}', '}')
  expect((await test.post({ query: deeper })).status).toBe(400)
})

describe('values of variables', () => {
  const bodyOf = (value: string, declared = '$id:ID!') =>
    `{"query":"query(${declared}){room(id:$id){id}}","variables":{"id":"1","a":${value}}}`
  const post = (body: string) =>
    fetch(`${test.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body,
    })

  it.each([
    ['lists', within(LIMITS.nesting, '[', '1', ']')],
    ['far too many lists', within(100_000, '[', '1', ']')],
    ['objects', within(30_000, '{"a":', '1', '}')],
    ['both', within(20_000, '[{"a":', '1', '}]')],
    ['lists beside others', `[1,{"b":2},${within(10_000, '[', '1', ']')}]`],
  ])('are refused with a code when they are %s in one another, declared or not', async (_, value) => {
    for (const declared of ['$id:ID!', '$id:ID!,$a:ID=1']) {
      const response = await post(bodyOf(value, declared))
      expect([response.status, await codesOf(response)]).toEqual([
        400,
        [expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/)],
      ])
    }
  })

  it('are admitted up to that', async () => {
    expect((await post(bodyOf(within(LIMITS.nesting - 1, '[', '1', ']')))).status).toBe(200)
  })

  it.each([
    ['extensions', `{"query":"{__typename}","extensions":${within(100, '{"a":', '1', '}')}}`, 200],
    ['a body', within(100_000, '[', '1', ']'), 400],
    ['what is not closed', '['.repeat(200_000), 400],
  ])('and %s never are our fault', async (_, body, status) => {
    expect((await post(body)).status).toBe(status)
  })
})

describe('a document that is nested too deeply', () => {
  const query = within(3_000, '{...', '{__typename}', '}')
  const refused = { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }

  it('is refused by GET', async () => {
    // As long as a target may be.
    const short = within(1_000, '{...', '{__typename}', '}')
    expect(await codesOf(await fetch(`${test.url}/graphql?query=${short}`))).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  })

  it('is refused as a stream of events', async () => {
    using source = await openRawEventSource(test.url, { body: { query } })
    expect(JSON.parse((await source.next()).data ?? '')).toMatchObject({ errors: [refused] })
  })

  it('is refused on a socket, and so are variables, which stays open', async () => {
    using socket = await openReadySocket(test.url)
    socket.send({ id: '1', type: 'subscribe', payload: { query } })
    expect((await socket.next()).message).toMatchObject({ id: '1', type: 'error', payload: [refused] })
    socket.send(
      `{"id":"2","type":"subscribe","payload":{"query":"{__typename}","variables":{"a":${within(50_000, '[', '', ']')}}}}`,
    )
    expect((await socket.next()).message).toMatchObject({ id: '2', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    socket.send({ id: '3', type: 'subscribe', payload: { query: '{__typename}' } })
    expect((await socket.next()).message).toMatchObject({ id: '3', payload: { data: { __typename: 'Query' } } })
  })

  it('is refused when it is registered, and not known by its hash afterwards', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } }
    expect(await codesOf(await test.post({ query, extensions }))).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(await codesOf(await test.post({ extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND'])
  })

  it('is refused where it is listed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'planet-listed-'))
    try {
      writeFileSync(join(folder, 'deep.graphql'), query)
      await using listed = await startTestGateway({ deps: { safelist: { path: folder, appliesTo: 'all' } } })
      expect(await codesOf(await listed.post({ query }))).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

it('closes a socket whose ping cannot be written again, and lives on', async () => {
  using socket = await openReadySocket(test.url)
  socket.send(`{"type":"ping","payload":${within(30_000, '{"a":', '1', '}')}}`)
  expect((await socket.closed).code).toBe(4400)
  expect((await test.post({ query: '{ __typename }' })).status).toBe(200)
})
