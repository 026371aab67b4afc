import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogRecorder } from '../../test/testing/log-recorder.ts'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import { hashOf, readSafelist } from './safelist.ts'

const named = (query: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(query) } } })
/** An answer, of which a test says what it holds. */
type Body = { data?: unknown; errors: { message: string }[] }
const bodyOf = async (response: Response) => (await response.json()) as Body

const refusedWith = (code: string) => ({ errors: [{ extensions: { code } }] })

describe('automatic persisted queries', () => {
  let test: TestGateway
  beforeAll(async () => {
    test = await startTestGateway()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  const post = async (body: object) => {
    const response = await test.post(body)
    return { status: response.status, body: await bodyOf(response) }
  }
  const get = async (parameters: Record<string, string>) => {
    const response = await fetch(`${test.url}/graphql?${new URLSearchParams(parameters)}`)
    return { status: response.status, body: await bodyOf(response) }
  }

  it('asks for the text of a hash once, then knows it, for POST and GET', async () => {
    const query = 'query Known($id: ID!) { room(id: $id) { title } }'
    const variables = { id: '2' }
    const unknown = await post({ ...named(query), variables })
    expect(unknown).toMatchObject({ status: 200, body: refusedWith('PERSISTED_QUERY_NOT_FOUND') })
    expect(unknown.body.errors[0]?.message).toBe('PersistedQueryNotFound')
    const answer = { status: 200, body: { data: { room: { title: 'Room 2' } } } }
    expect(await post({ ...named(query), query, variables })).toEqual(answer)
    expect(await post({ ...named(query), variables })).toEqual(answer)
    const parameters = { extensions: JSON.stringify(named(query).extensions), variables: JSON.stringify(variables) }
    expect(await get(parameters)).toEqual(answer)
  })

  it('registers by GET as well, and still runs no mutation by GET', async () => {
    const query = 'query ByGet { roles }'
    const extensions = JSON.stringify(named(query).extensions)
    expect((await get({ query, extensions })).body).toEqual({ data: { roles: [] } })
    expect((await post(named(query))).body).toEqual({ data: { roles: [] } })
    const mutation = 'mutation Rename { renameRoom(id: "1", title: "Room 1") { id } }'
    await post({ ...named(mutation), query: mutation })
    expect((await get({ extensions: JSON.stringify(named(mutation).extensions) })).status).toBe(405)
  })

  it('refuses a text of another hash, another version, and what is no hash', async () => {
    const { status, body } = await post({ ...named('{ roles }'), query: '{ whoami }' })
    expect([status, body.errors[0]?.message]).toEqual([400, 'provided sha does not match query'])
    expect((await post({ extensions: { persistedQuery: { version: 2, sha256Hash: hashOf('x') } } })).status).toBe(400)
    expect((await post({ extensions: { persistedQuery: { version: 1, sha256Hash: '../x' } } })).status).toBe(400)
    expect((await post({ extensions: { persistedQuery: true } })).status).toBe(400)
  })

  it('remembers nothing that the API does not admit', async () => {
    const query = '{ nothingOfTheKind }'
    expect((await post({ ...named(query), query })).body).toMatchObject(refusedWith('GRAPHQL_VALIDATION_FAILED'))
    expect((await post(named(query))).body).toMatchObject(refusedWith('PERSISTED_QUERY_NOT_FOUND'))
  })

  it('forgets operations that are not used any more when they are too many', async () => {
    const first = `query First { whoami } # ${'x'.repeat(200_000)}`
    await post({ ...named(first), query: first })
    expect((await post(named(first))).status).toBe(200)
    for (let i = 0; i < 20; i++) {
      const other = `query Other${i} { whoami } # ${'x'.repeat(200_000)}`
      await post({ ...named(other), query: other })
    }
    expect((await post(named(first))).body).toMatchObject(refusedWith('PERSISTED_QUERY_NOT_FOUND'))
  })

  it('says so where they are turned off', async () => {
    await using closed = await startTestGateway({ deps: { persistedQueries: false } })
    const body = await bodyOf(await closed.post({ ...named('{ whoami }'), query: '{ whoami }' }))
    expect(body).toMatchObject(refusedWith('PERSISTED_QUERY_NOT_SUPPORTED'))
    expect(body.errors[0]?.message).toBe('PersistedQueryNotSupported')
    expect((await closed.post({ query: '{ whoami }' })).status).toBe(200)
  })
})

describe('a list of operations', () => {
  const LISTED = 'query Listed { whoami }'
  const BROKEN = '{ nothingOfTheKind }'
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'planet-safelist-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, content: unknown) => {
    const file = join(folder, name)
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }
  const list = () => write('list.json', { [hashOf(LISTED)]: LISTED, [hashOf(BROKEN)]: BROKEN })

  it('holds partners to it, by text and by hash, and nobody else', async () => {
    const { log, lines } = createLogRecorder()
    await using test = await startTestGateway({ log, deps: { safelist: { path: list(), appliesTo: 'partner' } } })
    const authorization = `Bearer ${await test.token(['partner'])}`
    const asPartner = (body: object) => test.post(body, { authorization })
    expect((await asPartner({ query: LISTED })).status).toBe(200)
    expect((await asPartner(named(LISTED))).status).toBe(200)
    for (const body of [{ query: '{ whoami }' }, named('{ whoami }'), { ...named('{ whoami }'), query: '{ whoami }' }]) {
      const refused = await asPartner(body)
      expect([refused.status, await refused.json()]).toMatchObject([403, refusedWith('OPERATION_NOT_LISTED')])
    }
    expect((await test.post({ query: '{ whoami }' })).status).toBe(200)
    expect((await test.post(named(LISTED))).status).toBe(200)
    expect(lines.filter((line) => line.includes('does not fit the API') && line.includes(hashOf(BROKEN)))).toHaveLength(1)
  })

  it('holds everybody to it where it is for all, on sockets too', async () => {
    await using test = await startTestGateway({ deps: { safelist: { path: list(), appliesTo: 'all' } } })
    expect((await test.post({ query: LISTED })).status).toBe(200)
    expect((await test.post({ query: '{ roles }' })).status).toBe(403)
    const sockets = test.sockets()
    const results: unknown[] = []
    for (const query of [LISTED, '{ roles }']) {
      await new Promise<void>((resolve) => {
        sockets.subscribe(
          { query },
          {
            next: (result) => results.push(result),
            error: (errors) => resolve(void results.push({ errors })),
            complete: resolve,
          },
        )
      })
    }
    await sockets.dispose()
    expect(results).toMatchObject([{ data: { whoami: 'nobody' } }, refusedWith('OPERATION_NOT_LISTED')])
  })

  it('is a manifest, an object of texts, or a folder of files', () => {
    const operations = [{ id: hashOf(LISTED), name: 'Listed', type: 'query', body: LISTED }]
    const manifest = write('manifest.json', { format: 'apollo-persisted-query-manifest', version: 1, operations })
    const texts = write('texts.json', { [hashOf(LISTED)]: LISTED })
    const files = join(folder, 'files')
    mkdirSync(files)
    writeFileSync(join(files, 'listed.graphql'), LISTED)
    writeFileSync(join(files, 'README.md'), 'no operation')
    for (const path of [manifest, texts, files]) expect([...readSafelist(path)]).toEqual([[hashOf(LISTED), LISTED]])
  })

  it('is refused at the start if it is none, or an id is not the hash of its text', async () => {
    expect(() => readSafelist(join(folder, 'nothing.json'))).toThrow('nothing.json')
    expect(() => readSafelist(write('text.json', 'no JSON'))).toThrow('text.json')
    expect(() => readSafelist(write('array.json', [1]))).toThrow('array.json')
    expect(() => readSafelist(write('wrong.json', { [hashOf(LISTED)]: '{ roles }' }))).toThrow('wrong.json')
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    await expect(startTestGateway({ deps: { safelist: { path: empty, appliesTo: 'all' } } })).rejects.toThrow('empty')
  })
})
