import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpTransport } from './http-transport.ts'
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts'

/** What a subgraph was told about who asks, request by request. */
const told: { authorization: string | undefined; viewer: unknown }[] = []
const subgraph = createServer((request, response) => {
  const { authorization } = request.headers
  told.push({ authorization, viewer: request.headers['planet-viewer'] })
  request.resume().on('end', () => response.end(JSON.stringify({ data: { whoami: authorization ?? 'nobody' } })))
})
let test: TestGateway

beforeAll(async () => {
  await new Promise<void>((resolve) => subgraph.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  const url = `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/graphql`
  const transports = { people: createHttpTransport(url), rooms: createHttpTransport(url) }
  test = await startTestGateway({
    deps: { identity: { kind: 'subgraphs' }, transports, sharePublicReads: true, mode: 'production' },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  subgraph.close()
})

const whoami = async (headers: Record<string, string>) => (await test.post({ query: '{ whoami }' }, headers)).json()

it('passes the authorization on unread where subgraphs identify clients, and shares no read between them', async () => {
  told.length = 0
  const senders = ['Bearer one', 'Basic dHdv', 'anything: at all, "really"']
  const answers = await Promise.all(senders.map((authorization) => whoami({ authorization })))
  expect(answers).toEqual(senders.map((sender) => ({ data: { whoami: sender } })))
  expect(told.map(({ authorization }) => authorization).toSorted()).toEqual(senders.toSorted())
  expect(told.every(({ viewer }) => viewer === undefined)).toBe(true)
  expect(await whoami({})).toEqual({ data: { whoami: 'nobody' } })
})

it('takes no token over sockets there', async () => {
  const client = test.sockets({ authorization: 'Bearer one' })
  const query = new Promise((resolve, reject) =>
    client.subscribe({ query: '{ whoami }' }, { next: resolve, error: reject, complete: () => {} }),
  )
  await expect(query).rejects.toMatchObject({ code: 4403 })
  await client.dispose()
})
