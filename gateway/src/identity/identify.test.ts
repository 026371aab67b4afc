import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../../test/testing/test-gateway.ts'
import { createHttpTransport } from '../subgraphs/http-transport.ts'

/** What a subgraph was told about who asks, request by request. */
const told: { authorization: string | undefined; viewer: unknown }[] = []
/** Answers to nobody wait for it. */
let holding = Promise.resolve()
const subgraph = createServer((asked, response) => {
  const { authorization } = asked.headers
  told.push({ authorization, viewer: asked.headers['planet-viewer'] })
  const answer = () => response.end(JSON.stringify({ data: { whoami: authorization ?? 'nobody' } }))
  asked.resume().on('end', () => (authorization === undefined ? void holding.then(answer) : answer()))
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

it('asks once for what anonymous clients ask alike at the same time, and answers each of them', async () => {
  told.length = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  holding = promise
  const requests = [1, 2, 3].map(() =>
    request(`${test.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } }),
  )
  const responses = requests.map((each) => once(each, 'response'))
  for (const each of requests) each.end(JSON.stringify({ query: '{ whoami }' }))
  await Promise.all(requests.map((each) => once(each, 'finish')))
  // What was sent before it has been read once it is answered.
  await whoami({ authorization: 'Bearer one' })
  resolve()
  for (const [response] of await Promise.all(responses)) expect(await json(response)).toEqual({ data: { whoami: 'nobody' } })
  expect(told.map(({ authorization }) => authorization).toSorted()).toEqual(['Bearer one', undefined])
})

it('takes no token over sockets there', async () => {
  const client = test.sockets({ authorization: 'Bearer one' })
  const query = new Promise((resolve, reject) =>
    client.subscribe({ query: '{ whoami }' }, { next: resolve, error: reject, complete: () => {} }),
  )
  await expect(query).rejects.toMatchObject({ code: 4403 })
  await client.dispose()
})
