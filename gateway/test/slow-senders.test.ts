import { timeOfSlowSender } from '@planet/runtime/testing/slow-sender'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts'

const PROMISED_MS = 15_000

let test: TestGateway
beforeAll(async () => {
  test = await startTestGateway()
})
afterAll(() => test[Symbol.asyncDispose]())

const BODY = '{"query":"{ whoami }"}'
const HEAD = `content-type: application/json\r\nx-filler: ${'x'.repeat(100)}\r\ncontent-length: 100\r\n\r\n`
const UPGRADE = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: '

it('kept clients for a minute that send nothing, or a byte now and then', async () => {
  const host = `host: ${new URL(test.url).host}\r\n`
  const plain = `POST /graphql HTTP/1.1\r\n${host}${HEAD}${BODY}`
  const other = `POST /graphql?x HTTP/1.1\r\n${host}${HEAD}${BODY}`
  const complete = `POST /graphql HTTP/1.1\r\n${host}content-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
  const times = await Promise.all(
    [
      ['', 0],
      [plain, 0],
      [plain, 30],
      // All but the last bytes of the body.
      [plain, plain.length - 5],
      [other, 5],
      [other, other.length - 5],
      [`GET /graphql HTTP/1.1\r\n${host}${UPGRADE}`, 30],
      // The second request of a connection.
      [complete + plain, complete.length + 3],
      [complete + other, complete.length + 3],
    ].map(([text, atOnce]) => timeOfSlowSender(test.url, String(text), Number(atOnce))),
  )
  expect(times.filter((ms) => ms > PROMISED_MS)).toEqual([])
})
