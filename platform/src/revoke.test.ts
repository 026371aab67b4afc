import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIssuer, openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { wallClock } from '@planet/runtime/clock'
import { newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import type { Answer } from '@planet/runtime/testing/subgraph'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPlatform, type Platform } from './platform.ts'
import { revoke } from './revoke.ts'

const home = mkdtempSync(join(tmpdir(), 'planet-revoke-'))
const platforms: { readonly platform: Platform; readonly url: string }[] = []
let database: TestDatabase
let issuer: DevIssuer

/** The whole platform in one process, on the one database. */
async function startPlatform(): Promise<void> {
  const platform = await openPlatform({
    mode: 'development',
    databaseUrl: database.url,
    clock: wallClock,
    identity: { kind: 'development', issuer, people: [] },
    log: silentLog,
  })
  platforms.push({ platform, url: (await platform.gateway.listen({ host: '127.0.0.1', port: 0 })).url })
}

beforeAll(async () => {
  database = await createTestDatabase()
  issuer = await openDevIssuer(home)
  await startPlatform()
  await startPlatform()
})
afterAll(async () => {
  for (const { platform } of platforms) await platform.close()
  await database.drop()
  rmSync(home, { recursive: true })
})

const ask = async (url: string, token: string, query: string): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return (await response.json()) as Answer
}
const verdicts = (token: string) =>
  Promise.all(
    platforms.map(async ({ url }) => (await ask(url, token, '{ __typename }')).errors?.[0]?.extensions?.code ?? 'taken'),
  )

it('takes back what the one with a handle was issued, at every platform on the database, and at one that starts later', async () => {
  const [ada, bob] = [newId<'User'>(new Date()), newId<'User'>(new Date())]
  const [token, other] = await Promise.all(
    [ada, bob].map((userId) => issuer.issueToken({ userId, roles: ['user'], lifetimeS: 600 })),
  )
  const register = 'registerUser(input: { idempotencyKey: "1", handle: "ada", displayName: "Ada" }) { __typename }'
  const registered = await ask(platforms[0]?.url ?? '', token ?? '', `mutation { ${register} }`)
  expect(registered).toEqual({ data: { registerUser: { __typename: 'RegisterUserSuccess' } } })
  expect(await verdicts(token ?? '')).toEqual(['taken', 'taken'])
  expect(await revoke(database.url, { user: 'ada' })).toContain(`All access tokens that ${ada} was issued until now are revoked`)
  await expect.poll(() => verdicts(token ?? '')).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  await startPlatform()
  expect(await verdicts(token ?? '')).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'])
  expect(await verdicts(other ?? '')).toEqual(['taken', 'taken', 'taken'])
})

it.each([
  ['nobody', {}, 'Give either --user or --token.'],
  ['a user and a token', { user: newId(new Date()), token: 'x' }, 'Give either --user or --token.'],
  ['a handle that nobody has', { user: 'nobody' }, '--user: nobody has the id or handle nobody.'],
  ['a token without a name', { token: '' }, '--token: Must be 1 to 255 characters'],
])('says what is wrong with %s', async (_, options, message) => {
  await expect(revoke(database.url, options)).rejects.toThrow(message)
})
