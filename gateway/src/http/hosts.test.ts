import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import { createHosts } from './hosts.ts'

const connection = { remoteAddress: '10.0.0.9', localAddress: '10.0.0.1' }

describe('hosts', () => {
  const hosts = createHosts(['api.example', 'Other.Example:8443'])
  hosts.listensOn('gateway.local', 4000)

  it.each([
    '127.0.0.1:4000',
    'localhost:4000',
    'LocalHost:4000',
    '[::1]:4000',
    '[::1]',
    'localhost',
    // Forwarded from there.
    'localhost:4001',
    'gateway.local:4000',
    'api.example',
    'API.example:443',
    'api.example:4000',
    'other.example:8443',
    // Where the connection was made to.
    '10.0.0.1:4000',
  ])('know %s', (host) => expect(hosts.knows(host, connection)).toBe(true))

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:4000',
    'localhost.:4000',
    'localhost.evil.example:4000',
    '127.0.0.1.evil.example:4000',
    'x.api.example',
    'api.example.evil.example',
    'api.example@evil.example',
    'other.example',
    'other.example:4000',
    '10.0.0.9:4000',
  ])('do not know %s', (host) => expect(hosts.knows(host, connection)).toBe(false))

  it('are known without a port where the port is that of HTTP', () => {
    const plain = createHosts([])
    plain.listensOn('::', 80)
    expect(
      ['localhost', '[::]', '[::1]:80', '[fe80::1]'].map((host) => plain.knows(host, { ...connection, localAddress: 'fe80::1' })),
    ).toEqual([true, true, true, true])
  })
})

describe.each(['development', 'production'] as const)('a gateway in %s', (mode) => {
  let test: TestGateway
  let cacheFolder: string
  let port: string
  beforeAll(async () => {
    cacheFolder = mkdtempSync(join(tmpdir(), 'planet-hosts-'))
    const identity = { kind: 'provider', verifyToken: () => Promise.reject(new Error('nobody has a token')) } as const
    test = await startTestGateway({
      deps: {
        mode,
        hosts: ['api.example'],
        graphiql: { cacheFolder, examples: [{ name: 'Who', query: '{ whoami }', asNamed: 'ada' }] },
        ...(mode === 'production' ? { identity } : {}),
      },
    })
    port = new URL(test.url).port
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
    rmSync(cacheFolder, { recursive: true, force: true })
  })

  /** All that comes back on a connection of its own, until it ends. */
  async function exchange(text: string): Promise<string> {
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
    socket.write(text)
    let answer = ''
    socket.on('data', (piece: string) => {
      answer += piece
      // What was upgraded, or streams, ends no more.
      if (/^HTTP\/1\.1 (101|200)/.test(answer)) socket.destroy()
    })
    await once(socket, 'close')
    return answer
  }
  const BODY = '{"query":"{ whoami }"}'
  const withBody = `content-type: application/json\r\ncontent-length: ${BODY.length}\r\n`
  const upgrade = (origin: string) =>
    `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa('x'.repeat(16))}\r\norigin: ${origin}\r\n`
  /** Requests whose host is what is put for HOST, by every path and transport. */
  const requests = (host: string): string[] => [
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\n${withBody}\r\n${BODY}`,
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${withBody}\r\n${BODY}`,
    `POST /graphql/stream HTTP/1.1\r\nhost: ${host}\r\n${withBody}\r\n${BODY}`,
    `GET /graphql HTTP/1.1\r\nhost: ${host}\r\n${upgrade(`http://${host}`)}\r\n`,
    `GET /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: text/html\r\nconnection: close\r\n\r\n`,
    ...['/graphql?query=%7Bwhoami%7D', '/graphiql/config.json', '/graphiql', '/', '/healthz', '/readyz', '/nowhere'].map(
      (path) => `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    ),
    `OPTIONS /graphql HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
  ]
  const statusOf = (answer: string) => Number(answer.slice(9, 12))

  it('answered whatever host it was asked for, and so gave a page of another name tokens and sockets', async () => {
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`]) {
      const answers = await Promise.all(requests(host).map(exchange))
      expect(answers.map(statusOf), host).toEqual(answers.map(() => 421))
      expect(answers.join()).not.toMatch(/token|evil|\bada\b/i)
    }
  })

  it('cannot be told two hosts, none, or one beside that of its target', async () => {
    const known = `127.0.0.1:${port}`
    const path = '/graphiql/config.json'
    const refused = await Promise.all(
      [
        `GET ${path} HTTP/1.1\r\nhost: ${known}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
        `GET ${path} HTTP/1.0\r\n\r\n`,
        `GET http://evil.example${path} HTTP/1.1\r\nhost: ${known}\r\nconnection: close\r\n\r\n`,
        `GET http://${known}${path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
        `GET ws://evil.example/graphql HTTP/1.1\r\nhost: ${known}\r\n${upgrade('http://evil.example')}\r\n`,
      ].map(exchange),
    )
    expect(refused.map(statusOf)).toEqual(refused.map(() => 421))
  })

  it.each(['127.0.0.1', 'localhost', '[::1]'])('answers for %s without being told to, on every path', async (name) => {
    const hosts = [`${name}:${port}`, `${name}:1`, name]
    const answers = await Promise.all(hosts.flatMap((host) => requests(host).map(exchange)))
    expect(answers.map(statusOf)).not.toContain(421)
    expect(answers.map(statusOf).slice(0, 4)).toEqual([200, 200, 200, 101])
  })

  it('answers for the hosts that it is told, and opens no socket for a page of another one', async () => {
    const answers = await Promise.all(requests('api.example').map(exchange))
    expect(answers.map(statusOf)).not.toContain(421)
    const socketFor = (origin: string) => exchange(`GET /graphql HTTP/1.1\r\nhost: api.example\r\n${upgrade(origin)}\r\n`)
    expect(statusOf(await socketFor('https://api.example'))).toBe(101)
    expect(statusOf(await socketFor('https://evil.example'))).toBe(403)
  })
})

it('answers for the address of the machine that a connection was made to, where it listens on all', async () => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4')?.address
  if (address === undefined) throw new Error('this machine has no address')
  await using test = await startTestGateway({ host: '0.0.0.0' })
  const { port } = new URL(test.url)
  expect((await fetch(`http://${address}:${port}/healthz`)).status).toBe(200)
})
