import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../src/http/graphql-over-http.ts'
import { openReadySocket } from './testing/raw-socket.ts'
import { startTestGateway } from './testing/test-gateway.ts'

setFlagsFromString('--expose_gc')
// What that flag adds to every context that is made from now on.
const collectGarbage = runInNewContext('gc') as () => void

const heldBytes = () => {
  for (let i = 0; i < 3; i++) collectGarbage()
  return process.memoryUsage().heapUsed
}

const COUNT = 500
const LENGTH = MAX_BODY_BYTES - 4_096
/**
 * What documents, plans and persisted operations may take together. The texts alone would be half as much again, and of each
 * there are several copies on the way to a subgraph.
 */
const MOST_BYTES = (32 + 48 + 4) * 1024 * 1024

const hashOf = (query: string) => createHash('sha256').update(query).digest('hex')

it.each([
  ['with a long literal', (own: string) => `{ room(id: "${own}${'x'.repeat(LENGTH - own.length)}") { title } }`],
  [
    'of many characters that take two bytes',
    (own: string) => `{ room(id: "${own}${'щ'.repeat(LENGTH / 2 - own.length)}") { title } }`,
  ],
  ['with a long comment', (own: string) => `{ rooms { id } } # ${own}${'x'.repeat(LENGTH - own.length)}`],
  ['of many tokens', (own: string) => `{ ${own}: rooms { ${'id '.repeat(400)} ${'...{ id title } '.repeat(90)} } }`],
  ['that are refused', (own: string) => `{ ${own} }\n${'#\n'.repeat(LENGTH / 3)}`],
  ['that are nested too deeply', (own: string) => `{ a(b: "${own}") ${'{ a '.repeat(LENGTH / 5)}`],
])(
  'keeps no more of unlike documents %s than it may',
  async (_, documentOf) => {
    await using test = await startTestGateway()
    const ask = async (query: string) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } }
      expect((await test.post({ query, extensions })).status).toBeLessThan(500)
    }
    for (let i = 0; i < 5; i++) await ask(documentOf(`warm${i}`))
    const before = heldBytes()
    for (let i = 0; i < COUNT; i++) await ask(documentOf(`own${i}`))
    expect(heldBytes() - before).toBeLessThan(MOST_BYTES)
  },
  120_000,
)

it('holds no more texts of unlike subscriptions than it may, and takes others again once some have ended', async () => {
  await using test = await startTestGateway({ deps: { socketLimits: { subscriptionBytes: 2 * 1024 * 1024 } } })
  using socket = await openReadySocket(test.url)
  const subscribe = async (id: string, comment = id) => {
    socket.send({
      id,
      type: 'subscribe',
      payload: { query: `subscription { roomChanged(id: "1") { x${id}: title } } # ${comment}` },
    })
    return (await socket.next()).message
  }
  const long = 'x'.repeat(200_000)
  const opened = { type: 'next', payload: { data: { roomChanged: {} } } }
  for (const id of ['1', '2']) expect(await subscribe(id, long)).toMatchObject({ ...opened, id })
  expect(await subscribe('3', long)).toMatchObject({ id: '3', payload: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } })
  expect((await socket.next()).message).toEqual({ id: '3', type: 'complete' })
  expect(await subscribe('4')).toMatchObject({ ...opened, id: '4' })
  socket.send({ id: '1', type: 'complete' })
  expect(await subscribe('5', long)).toMatchObject({ ...opened, id: '5' })
})
