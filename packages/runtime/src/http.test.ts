import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { abortWhenAbandoned, onceOver } from './http.ts'
import { http } from './node-http.ts'
import { eventually } from './testing/patience.ts'

const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

/** The responses of a server that answers nothing, and a client's connection to it. */
async function start(): Promise<{ responses: ServerResponse[]; client: Socket }> {
  const responses: ServerResponse[] = []
  const server = http.createServer((_, response) => void responses.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server on a port has such an address.
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
  opened.push(() => {
    client.destroy()
    server.close()
    server.closeAllConnections()
  })
  await once(client, 'connect')
  return { responses, client }
}

it('an answer whose client had gone before anybody waited for that was waited for until the deadline', async () => {
  const { responses, client } = await start()
  client.write(REQUEST.repeat(12))
  await eventually(() => expect(responses).toHaveLength(12))
  client.destroy()
  await eventually(() => expect(responses[0]?.closed).toBe(true))
  for (const response of responses) expect(abortWhenAbandoned(response).signal.aborted).toBe(true)
})

it('an answer that waits for its turn on a connection was not told of the end of the connection', async () => {
  const { responses, client } = await start()
  client.write(REQUEST.repeat(12))
  await eventually(() => expect(responses).toHaveLength(12))
  const aborts = responses.map((response) => abortWhenAbandoned(response))
  client.destroy()
  await eventually(() => expect(aborts.every(({ signal }) => signal.aborted)).toBe(true))
})

it('is over once, and not abandoned, when the answer is out', async () => {
  const { responses, client } = await start()
  client.write(REQUEST.repeat(2))
  await eventually(() => expect(responses).toHaveLength(2))
  let times = 0
  const aborts = responses.map((response) => abortWhenAbandoned(response))
  for (const response of responses) onceOver(response, () => times++)
  for (const response of responses) response.end('done')
  await eventually(() => expect(times).toBe(2))
  client.destroy()
  await once(client, 'close')
  for (const response of responses) onceOver(response, () => times++)
  expect(times).toBe(4)
  expect(aborts.map(({ signal }) => signal.aborted)).toEqual([false, false])
})
