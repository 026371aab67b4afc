import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { newId } from '@planet/runtime/ids'
import { eventually } from '@planet/runtime/testing/patience'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type NewsGateway, startNewsGateway } from '../../test/testing/news-gateway.ts'
import { openRawEventSource } from '../../test/testing/raw-event-source.ts'

const FOLLOW = '{"query":"subscription { storyPublished { seq title } }"}'
const QUERY = '{"query":"{ __typename }"}'

let test: NewsGateway
/** How many tokens have been looked at, and what lets the verifier come to its verdicts. */
let looked: number
let verdicts: PromiseWithResolvers<void>
const sockets: Socket[] = []

beforeEach(async () => {
  looked = 0
  verdicts = Promise.withResolvers()
  const viewer = { userId: newId<'User'>(new Date(0)), roles: ['user'] as const }
  test = await startNewsGateway({
    socketLimits: { socketsPerUser: 1, socketsPerAddress: 1 },
    identity: {
      kind: 'provider',
      verifyToken: async () => {
        looked++
        await verdicts.promise
        return { viewer, tokenId: null, issuedAt: new Date(), expiresAt: new Date(Date.now() + 60_000) }
      },
    },
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  verdicts.resolve()
  await test[Symbol.asyncDispose]()
})

async function dial(): Promise<Socket> {
  const { hostname, port } = new URL(test.url)
  const socket = connect(Number(port), hostname).on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

const message = (path: string, accept: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: ${new URL(test.url).host}\r\nauthorization: Bearer x\r\naccept: ${accept}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** Resolves once the gateway has seen that a client has gone: its next connection has been answered. */
async function hasSeen(socket: Socket): Promise<void> {
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
  for (let look = 0; look < 3; look++) await (await fetch(`${test.url}/healthz`)).text()
}

it.each([
  ['/graphql/stream', 'text/event-stream', 0],
  ['/graphql', 'text/event-stream', 0],
  ['/graphql', 'application/json, text/event-stream', 0],
  ['/graphql/stream', 'text/event-stream', 1],
  ['/graphql', 'application/json, text/event-stream', 2],
])(
  'a stream from %s as %s whose client went while its token was looked at, %i requests before it, stayed for ever',
  async (path, accept, before) => {
    const socket = await dial()
    socket.write(message('/graphql?', 'application/json', QUERY).repeat(before) + message(path, accept, FOLLOW))
    await eventually(() => expect(looked).toBe(before + 1))
    await hasSeen(socket)
    verdicts.resolve()
    await test.graph.streamsAre(0)
    await eventually(() => expect(test.gateway.stats().eventSources).toBe(0))

    // The one stream that this user may have is free.
    using again = await openRawEventSource(test.url, { headers: { authorization: 'Bearer x' }, body: JSON.parse(FOLLOW) })
    expect(again.status).toBe(200)
    expect(again.headers['content-type']).toContain('text/event-stream')
    await eventually(() => expect(test.gateway.stats().eventSources).toBe(1))
  },
)
