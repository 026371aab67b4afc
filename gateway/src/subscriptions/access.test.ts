import { newId } from '@planet/runtime/ids'
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { openRawSocket, openReadySocket, type RawSocket } from '../../test/testing/raw-socket.ts'
import { ada, startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import { createTokenVerifier, type IssuerKeys } from '../identity/tokens.ts'
import type { SocketLimits } from './limits.ts'

const WATCH = 'subscription { roomChanged(id: "1") { host { seenBy } } }'

let test: TestGateway
const sockets: RawSocket[] = []
const start = async (socketLimits: Partial<SocketLimits> = {}) => {
  test = await startTestGateway({ deps: { socketLimits } })
}
const connect = async (token?: string) => {
  const socket = await openReadySocket(test.url, token === undefined ? {} : { authorization: `Bearer ${token}` })
  sockets.push(socket)
  return socket
}
const seenBy = (userId: string) => ({ type: 'next', payload: { data: { roomChanged: { host: { seenBy: userId } } } } })

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await test.graph.streamsAre(0)
  await test[Symbol.asyncDispose]()
})

describe('a token', () => {
  const refresh = (socket: RawSocket, token: string) =>
    socket.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } })

  it('can be replaced on an open socket before it expires, and is not sent back', async () => {
    await start()
    const token = await test.token(['user'], 6)
    const [socket, control] = [await connect(token), await connect(token)]
    socket.send({ id: '1', type: 'subscribe', payload: { query: WATCH } })
    expect((await socket.next()).message).toMatchObject(seenBy(ada.userId))
    const expiresAt = Date.now() + 60_000
    refresh(socket, await test.token(['user'], 60))
    const { type, payload } = (await socket.next()).message
    expect(type).toBe('pong')
    expect(Object.keys(payload ?? {})).toEqual(['expiresAt'])
    expect(Date.parse((payload as { expiresAt: string }).expiresAt)).toBeGreaterThan(expiresAt - 5_000)
    expect(await control.closed).toEqual({ code: 4403, reason: 'Token expired' })
    test.graph.renameRoom('1', 'New title')
    expect((await socket.next()).message).toMatchObject(seenBy(ada.userId))
  })

  it.each<[string, () => Promise<string>, object]>([
    ['that is not valid', async () => 'nonsense', { reason: 'Forbidden' }],
    [
      'of somebody else',
      () => test.issuer.issueToken({ userId: newId(new Date()), roles: ['user'], lifetimeS: 60 }),
      { reason: 'Token of another viewer' },
    ],
    ['of other roles', () => test.token(['user', 'analyst']), { reason: 'Token of another viewer' }],
  ])('%s does not replace it: the socket is closed with 4403', async (_, issue, how) => {
    await start()
    const socket = await connect(await test.token(['user']))
    refresh(socket, await issue())
    expect(await socket.closed).toMatchObject({ code: 4403, ...how })
  })

  it('cannot make a user of somebody anonymous who is connected', async () => {
    await start()
    const socket = await connect()
    refresh(socket, await test.token(['user']))
    expect(await socket.closed).toMatchObject({ code: 4403 })
  })

  it('that is revoked closes its sockets, and is refused from then on', async () => {
    await start()
    const token = await test.token(['user'])
    const [own, anonymous] = [await connect(token), await connect()]
    test.gateway.revoke({ userId: ada.userId })
    expect(await own.closed).toEqual({ code: 4403, reason: 'Token revoked' })
    const again = await openRawSocket(test.url)
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    expect(await again.closed).toMatchObject({ code: 4403 })
    expect((await test.post({ query: '{ whoami }' }, { authorization: `Bearer ${token}` })).status).toBe(401)
    await anonymous.settle()
  })

  it('that is revoked while its socket is being opened closes it, at whatever moment that is', async () => {
    let hops = 0
    const verifyToken = async (tokenId: string) => {
      const revokeSoon = async () => {
        for (let hop = 0; hop < hops; hop++) await Promise.resolve()
        test.gateway.revoke({ tokenId })
      }
      void revokeSoon()
      const viewer = { userId: ada.userId, roles: ['user' as const] }
      return { viewer, tokenId, issuedAt: new Date(), expiresAt: new Date(Date.now() + 60_000) }
    }
    test = await startTestGateway({ deps: { identity: { kind: 'provider', verifyToken } } })
    for (; hops < 12; hops++) {
      const socket = await openRawSocket(test.url)
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer token${hops}` } })
      expect(await socket.closed).toMatchObject({ code: 4403 })
    }
  })

  it('whose key the issuer has withdrawn closes its sockets, and no others', async () => {
    const [issuer, audience] = ['https://id.example', 'planet']
    const pairs = await Promise.all([0, 1].map(() => generateKeyPair('ES256', { extractable: true })))
    const jwks = await Promise.all(
      pairs.map(async ({ publicKey }, index) => ({ ...(await exportJWK(publicKey)), kid: `k${index}`, alg: 'ES256' })),
    )
    let published = createLocalJWKSet({ keys: jwks })
    const keys: IssuerKeys = Object.assign((...args: Parameters<IssuerKeys>) => published(...args), { version: () => published })
    const verifyToken = createTokenVerifier({ issuer, audience, keys })
    test = await startTestGateway({ deps: { identity: { kind: 'provider', verifyToken } } })
    const [stolen, good] = await Promise.all(
      pairs.map(async ({ privateKey }, index) => {
        const token = new SignJWT({ roles: ['admin'] }).setProtectedHeader({ alg: 'ES256', kid: `k${index}` })
        token.setIssuer(issuer).setAudience(audience).setSubject(ada.userId).setIssuedAt().setExpirationTime('1h')
        return connect(await token.sign(privateKey))
      }),
    )
    published = createLocalJWKSet({ keys: jwks.slice(1) })
    expect(await stolen?.closed).toEqual({ code: 4403, reason: 'Token revoked' })
    await good?.settle()
  })
})

describe('a limit', () => {
  it('of sockets holds per user, who may come back when one has closed', async () => {
    await start({ socketsPerUser: 2 })
    const token = await test.token(['user'])
    const [first] = [await connect(token), await connect(token)]
    const third = await openRawSocket(test.url)
    third.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    expect(await third.closed).toEqual({ code: 4429, reason: 'Too many connections' })
    await connect()
    first?.terminate()
    await expect.poll(() => test.gateway.stats().sockets).toBe(2)
    await connect(token)
  })

  it('of sockets holds per address of those who have not signed in', async () => {
    await start({ socketsPerAddress: 2 })
    const token = await test.token(['user'])
    await connect(token)
    await connect()
    await connect()
    await expect(openRawSocket(test.url)).rejects.toThrow('429')
  })

  it('of operations holds per socket, and leaves the others open', async () => {
    await start({ operationsPerSocket: 1 })
    const socket = await connect()
    socket.send({ id: '1', type: 'subscribe', payload: { query: WATCH } })
    expect((await socket.next()).message).toMatchObject(seenBy('nobody'))
    socket.send({ id: '2', type: 'subscribe', payload: { query: WATCH } })
    expect((await socket.next()).message).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    })
    test.graph.renameRoom('1', 'New title')
    expect((await socket.next()).message).toMatchObject({ id: '1', ...seenBy('nobody') })
  })

  it('of messages closes the socket that sends more', async () => {
    await start({ messagesPerSecond: 5 })
    const [quiet, loud] = [await connect(), await connect()]
    for (let count = 0; count < 100; count++) loud.send({ type: 'pong' })
    expect(await loud.closed).toEqual({ code: 4429, reason: 'Too many messages' })
    await quiet.settle()
  })

  it('of bytes ends a socket that sends and does not read', async () => {
    await start({ bufferedBytes: 10_000, messagesPerSecond: 1_000_000 })
    const socket = await connect()
    socket.pause()
    const payload = { padding: 'x'.repeat(100_000) }
    await expect
      .poll(() => {
        if (test.gateway.stats().sockets > 0) for (let count = 0; count < 20; count++) socket.send({ type: 'ping', payload })
        return test.gateway.stats().sockets
      })
      .toBe(0)
  })
})
