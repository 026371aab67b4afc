import { EXCHANGE_HEADER } from '@planet/runtime/exchange-header'

const ASKED = new RegExp(`\\r\\n${EXCHANGE_HEADER}: ([^\\r]+)`, 'i')
const STATUS_LINE = 'HTTP/1.1 200 OK\r\n'

/** A reply to the request with this head: it repeats the name that the request has, as subgraphs of Planet do. */
export function replyTo(head: string, reply: Buffer): Buffer {
  const [, name] = ASKED.exec(head) ?? []
  if (name === undefined) return reply
  return Buffer.concat([
    Buffer.from(`${STATUS_LINE}${EXCHANGE_HEADER}: ${name}\r\n`, 'latin1'),
    reply.subarray(STATUS_LINE.length),
  ])
}
