import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@planet/runtime/ids'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDevIssuer } from './dev-issuer.ts'

const userId = newId<'User'>(new Date(0))
let home: string
beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'planet-issuer-')), 'home')
})
afterEach(() => rmSync(join(home, '..'), { recursive: true }))

it('issues tokens that it verifies, also after a restart', async () => {
  const token = await (await openDevIssuer(home)).issueToken({ userId, roles: ['admin'], lifetimeS: 60 })
  const { viewer } = await (await openDevIssuer(home)).verifyToken(token)
  expect(viewer).toEqual({ userId, roles: ['user', 'admin'] })
})

it('keeps its key to its owner', async () => {
  await openDevIssuer(home)
  expect(statSync(join(home, 'issuer.json')).mode & 0o777).toBe(0o600)
  chmodSync(join(home, 'issuer.json'), 0o644)
  await expect(openDevIssuer(home)).rejects.toThrow('chmod 600')
})

it.each([
  ['empty', () => ''],
  ['cut off', (text: string) => text.slice(0, 60)],
  ['of another kind', () => '{"keys":[]}'],
  ['with a key that is none', (text: string) => JSON.stringify({ ...JSON.parse(text), x: 'AAAA' })],
])('refused a key file that is %s without its name, and what to do', async (_, broken) => {
  const file = join(home, 'issuer.json')
  await openDevIssuer(home)
  writeFileSync(file, broken(readFileSync(file, 'utf8')))
  await expect(openDevIssuer(home)).rejects.toThrow(`${file} is damaged. Put back what was there, or remove it`)
})

it('publishes no private part of its key', async () => {
  const { jwks } = await openDevIssuer(home)
  expect(jwks.keys).toHaveLength(1)
  expect(jwks.keys[0]).not.toHaveProperty('d')
})

it('is one issuer however many open it at once', async () => {
  const issuers = await Promise.all(Array.from({ length: 5 }, () => openDevIssuer(home)))
  expect(new Set(issuers.map(({ jwks }) => JSON.stringify(jwks))).size).toBe(1)
  expect(readdirSync(home)).toEqual(['issuer.json'])
})

it('refuses its own token once it has expired', async () => {
  const issuer = await openDevIssuer(home)
  const token = await issuer.issueToken({ userId, roles: [], lifetimeS: -60 })
  await expect(issuer.verifyToken(token)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
})
