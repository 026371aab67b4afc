import { createHmac, type KeyObject, sign as signBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Id, newId } from './ids.ts'
import type { Viewer } from './viewer.ts'
import {
  formatKey,
  keyIdOf,
  newProcessKey,
  newSigningKey,
  parseSigningKey,
  parseVerifyingKey,
  verifyingKeyOf,
} from './viewer-keys.ts'
import { CLOCK_TOLERANCE_S, createViewerSigner, createViewerVerifier, hashOfBody, VIEWER_LIFETIME_S } from './viewer-token.ts'

const START_MS = Date.UTC(2026, 0, 24)
const viewer: Viewer = { userId: newId<'User'>(new Date(START_MS)), roles: ['user', 'analyst'] }
const read = { viewer, body: null }

const keys = { 'a key of one process': newProcessKey, 'a pair of keys': newSigningKey } as const
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with any claims, well signed. */
function forge(key: KeyObject, claims: object, header: object = {}) {
  const text = `${encode({ alg: key.type === 'secret' ? 'HS256' : 'EdDSA', kid: keyIdOf(key), ...header })}.${encode(claims)}`
  const signature =
    key.type === 'secret' ? createHmac('sha256', key).update(text).digest() : signBytes(null, Buffer.from(text), key)
  return `${text}.${signature.toString('base64url')}`
}

/** A gateway and a subgraph `posts`, whose clocks are moved. */
function createTrust(key: KeyObject, verifying: readonly KeyObject[] = [verifyingKeyOf(key)]) {
  const clock = { gatewayMs: START_MS, subgraphMs: START_MS }
  const signer = createViewerSigner(key, () => clock.gatewayMs)
  const fresh = () => createViewerVerifier(verifying, 'posts', () => clock.subgraphMs)
  const faultOf = async (token: string | undefined, verify = fresh()) => {
    try {
      await verify(token)
      return null
    } catch (error) {
      expect(error).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
      return (error as { extensions: { viewerFault: string } }).extensions.viewerFault
    }
  }
  return { clock, signer, fresh, verify: fresh(), faultOf }
}

describe.each(Object.entries(keys))('a viewer signed with %s', (_, newKey) => {
  const key = newKey()

  it('stands for who it says, at first and again', async () => {
    const { signer, verify } = createTrust(key)
    for (let use = 0; use < 3; use++) {
      expect(await verify(signer.signRead(viewer, 'posts'))).toEqual(read)
      expect(await verify(signer.signRead(null, 'posts'))).toEqual({ viewer: null, body: null })
      expect(await verify(signer.signBody(viewer, 'posts', 'a body'))).toEqual({ viewer, body: hashOfBody('a body') })
    }
  })

  it('is of no use at another subgraph', async () => {
    const { signer, faultOf } = createTrust(key)
    expect(await faultOf(signer.signRead(viewer, 'trading'))).toBe('meant for another subgraph')
    expect(await faultOf(signer.signBody(viewer, 'trading', 'x'))).toBe('meant for another subgraph')
  })

  it('is of no use where another key verifies, nor with an algorithm of its own choice', async () => {
    const { signer } = createTrust(key)
    expect(await createTrust(newSigningKey()).faultOf(signer.signRead(viewer, 'posts'))).toBe('signed with another key')
    const { faultOf } = createTrust(key)
    const times = { iat: START_MS / 1000, exp: START_MS / 1000 + 60 }
    const claims = { anonymous: true, iss: 'planet-gateway', aud: 'posts', ...times }
    expect(await faultOf(forge(key, claims))).toBeNull()
    // What everybody knows must not do for a secret.
    const publicText = key.type === 'private' ? Buffer.from(formatKey(verifyingKeyOf(key)), 'base64') : Buffer.alloc(32)
    const text = `${encode({ alg: 'HS256', kid: keyIdOf(key) })}.${encode(claims)}`
    for (const token of [
      `${text}.${createHmac('sha256', publicText).update(text).digest('base64url')}`,
      `${encode({ alg: 'none', kid: keyIdOf(key) })}.${encode(claims)}.`,
      forge(key, claims, { kid: undefined }),
      forge(key, claims, { kid: 'other' }),
      'nonsense',
      '',
    ])
      expect(await faultOf(token)).not.toBeNull()
    expect(await faultOf(undefined)).toBe('missing')
  })

  it('lives for a minute, whatever it claims', async () => {
    const { signer, clock, faultOf } = createTrust(key)
    const token = signer.signRead(viewer, 'posts')
    clock.subgraphMs += (VIEWER_LIFETIME_S + CLOCK_TOLERANCE_S) * 1000 - 1
    expect(await faultOf(token)).toBeNull()
    clock.subgraphMs += 1
    expect(await faultOf(token)).toBe('too old, or the clocks are apart')
    const now = clock.subgraphMs / 1000
    const claims = { sub: viewer.userId, roles: ['admin'], iss: 'planet-gateway', aud: 'posts' }
    expect(await faultOf(forge(key, { ...claims, iat: now, exp: now + 365 * 86_400 }))).toBe('claims too long a life')
    expect(await faultOf(forge(key, { ...claims, iat: now - 300, exp: now + 60 }))).toBe('too old, or the clocks are apart')
    expect(await faultOf(forge(key, { ...claims, exp: now + 60 }))).toBe('malformed')
    expect(await faultOf(forge(key, { ...claims, iat: now }))).toBe('malformed')
    expect(await faultOf(forge(key, { ...claims, sub: 'nobody', iat: now, exp: now + 60 }))).toBe('malformed')
  })

  it('is taken while clocks are apart by as much as is said, and refused beyond', async () => {
    const { signer, clock, faultOf } = createTrust(key)
    clock.subgraphMs -= CLOCK_TOLERANCE_S * 1000
    expect(await faultOf(signer.signRead(viewer, 'posts'))).toBeNull()
    clock.subgraphMs -= 1000
    expect(await faultOf(signer.signRead(viewer, 'posts'))).toBe('from the future: the clocks are apart')
    clock.subgraphMs = START_MS + 66_000
    expect(await faultOf(signer.signRead(viewer, 'posts'))).toBe('too old, or the clocks are apart')
  })

  it('is the same for half a minute to read with, and another one for each subgraph, viewer and role', () => {
    const { signer, clock } = createTrust(key)
    const first = signer.signRead(viewer, 'posts')
    clock.gatewayMs += 29_999
    // Another object that stands for the same user is the same viewer.
    expect(signer.signRead({ ...viewer }, 'posts')).toBe(first)
    const others = [
      signer.signRead(viewer, 'trading'),
      signer.signRead(null, 'posts'),
      signer.signRead({ ...viewer, roles: ['user'] }, 'posts'),
      signer.signRead({ ...viewer, userId: newId<'User'>(new Date(1)) }, 'posts'),
    ]
    expect(new Set([first, ...others]).size).toBe(5)
    clock.gatewayMs += 1
    expect(signer.signRead(viewer, 'posts')).not.toBe(first)
  })

  it('is signed anew when the clock was set back', () => {
    const { signer, clock } = createTrust(key)
    const first = signer.signRead(viewer, 'posts')
    clock.gatewayMs -= 40_000
    expect(signer.signRead(viewer, 'posts')).not.toBe(first)
  })

  it('is judged alike whether it was verified before or is new', async () => {
    const { signer, clock, verify, fresh, faultOf } = createTrust(key)
    const tokens: string[] = []
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -20_000, max: 20_000 }),
        fc.integer({ min: -70_000, max: 70_000 }),
        fc.nat(),
        async (gatewayMs, subgraphMs, which) => {
          clock.gatewayMs += gatewayMs
          clock.subgraphMs = clock.gatewayMs + subgraphMs
          tokens.push(signer.signRead(viewer, 'posts'))
          const token = tokens[which % tokens.length]
          expect(await faultOf(token, verify)).toBe(await faultOf(token, fresh()))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the key of a gateway', () => {
  it('is changed without a pause while subgraphs hold the old and the new one', async () => {
    const [old, next] = [newSigningKey(), newSigningKey()]
    for (const key of [old, next]) {
      const { signer, verify } = createTrust(key, [old, next].map(verifyingKeyOf))
      expect(await verify(signer.signRead(viewer, 'posts'))).toEqual(read)
    }
    const { signer } = createTrust(old)
    expect(await createTrust(next).faultOf(signer.signRead(viewer, 'posts'))).toBe('signed with another key')
  })

  it('cannot be had from what subgraphs hold', () => {
    const held = verifyingKeyOf(newSigningKey())
    expect(held.type).toBe('public')
    expect(() => createViewerSigner(held).signRead(viewer, 'posts')).toThrow()
  })

  it('is read as it was written, and nothing else is', () => {
    const key = newSigningKey()
    const [privateText, publicText] = [formatKey(key), formatKey(verifyingKeyOf(key))]
    expect(parseSigningKey(privateText)?.equals(key)).toBe(true)
    expect(parseVerifyingKey(publicText)?.equals(verifyingKeyOf(key))).toBe(true)
    for (const text of ['', 'nonsense', publicText, privateText.slice(1), `${privateText}AAAA`])
      expect(parseSigningKey(text)).toBeNull()
    for (const text of ['', privateText, publicText.slice(0, -4)]) expect(parseVerifyingKey(text)).toBeNull()
  })

  it('is of one kind', () => {
    expect(() => createViewerVerifier([], 'posts')).toThrow('one kind')
    expect(() => createViewerVerifier([newProcessKey(), verifyingKeyOf(newSigningKey())], 'posts')).toThrow('one kind')
  })
})

it('keeps what it signs and verifies within bounds, whoever asks', async () => {
  const { signer, verify } = createTrust(newProcessKey())
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 60_000; n++) {
    const userId = `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}` as Id<'User'>
    const token = signer.signRead({ userId, roles: ['user'] }, 'posts')
    if (n % 6 === 0) await verify(token)
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(96 * 1024 * 1024)
})
