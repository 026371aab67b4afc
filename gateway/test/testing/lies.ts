import type { Choice } from '../differential/choice.ts'

/** Stands in everything that a lying subgraph invents; no client may ever see it. */
export const PLANTED = 'PLANTED'

/** What an honest subgraph answers. */
export type Truth = { readonly exchangeId: string; readonly body: string }

/** What is sent instead: pieces, each by itself, and whether the connection is then closed. */
export type Lie = { readonly pieces: readonly (string | Buffer)[]; readonly isClosed?: boolean }

type Tell = (truth: Truth, choice: Choice) => Lie

const SECRETS = [
  `<html><body><h1>502 ${PLANTED}</h1></body></html>`,
  `Error: ${PLANTED}\n    at resolve (/srv/${PLANTED}/src/db.ts:17:3)`,
  `select * from "${PLANTED}" where token = $1 -- params: ["${PLANTED}"]`,
  `postgres://planet:${PLANTED}@10.0.0.7:5432/planet`,
  `Bearer ${PLANTED}.${PLANTED}.${PLANTED}`,
  `\`${PLANTED}\` names something that is not there.`,
  `This needs the role \`${PLANTED}\`.`,
  `\u0000${PLANTED}\u2028</script>`,
]

const CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'OPERATION_NOT_LISTED',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'COST_EXCEEDED',
  'RATE_LIMITED',
  'CONFLICT',
  'UNAVAILABLE',
  'RESPONSE_TOO_LARGE',
  'INTERNAL',
  'CURSOR_EXPIRED',
  'CURSOR_FUTURE',
  'SLOW_CONSUMER',
  'SUBSCRIPTION_DRAINING',
  'DOWNSTREAM_SERVICE_ERROR',
  `${PLANTED}_CODE`,
  'constructor',
  '__proto__',
]

/** A reply by the rules, but for what is said. */
function replyOf(
  { exchangeId }: Pick<Truth, 'exchangeId'>,
  body: string,
  { status = '200 OK', type = 'application/json', head = '' }: { status?: string; type?: string; head?: string } = {},
): string {
  const length = Buffer.byteLength(body)
  return `HTTP/1.1 ${status}\r\nplanet-exchange: ${exchangeId}\r\ncontent-type: ${type}\r\n${head}content-length: ${length}\r\n\r\n${body}`
}

/** Also what is undefined, which `one` takes for nothing to choose from. */
function pick<Item>(choice: Choice, items: readonly Item[]): Item {
  // The index is below the length.
  return items[choice.below(items.length)] as Item
}

const whole = (text: string): Lie => ({ pieces: [text] })
const json = (truth: Truth, value: unknown): Lie => whole(replyOf(truth, JSON.stringify(value)))
const secret = (choice: Choice) => pick(choice, SECRETS)

/** An error that says more than it should, in every member that it may have. */
export function lyingError(choice: Choice): object {
  const code = pick(choice, [...CODES, undefined, 7, { [PLANTED]: PLANTED }])
  return {
    message: secret(choice),
    path: pick(choice, [undefined, [], ['rooms', 0, PLANTED], [PLANTED], ['rooms', 1, 'title'], ['_entities', 0, PLANTED]]),
    locations: [{ line: 1, column: 1, [PLANTED]: PLANTED }],
    [PLANTED]: PLANTED,
    extensions: {
      code,
      serviceName: PLANTED,
      stacktrace: [secret(choice)],
      exception: { sql: secret(choice) },
      limit: pick(choice, [PLANTED, 5]),
      retryAfterMs: pick(choice, [PLANTED, 100]),
      oldest: pick(choice, [PLANTED, `${PLANTED}:1`, Buffer.from(`${PLANTED}:1`).toString('base64url')]),
      viewerFault: pick(choice, [undefined, PLANTED, 'missing']),
      [PLANTED]: secret(choice),
    },
  }
}

/** Ways to lie, by name. */
export const LIES: Readonly<Record<string, Tell>> = {
  'a page for people': (truth, choice) =>
    whole(
      replyOf(truth, secret(choice), {
        status: pick(choice, [
          '200 OK',
          `500 ${PLANTED}`,
          '502 Bad Gateway',
          '403 Forbidden',
          '401 Unauthorized',
          '404 Not Found',
        ]),
        type: pick(choice, ['text/html', 'text/plain', 'application/json']),
      }),
    ),
  'another place': (truth, choice) =>
    whole(
      replyOf(truth, secret(choice), {
        status: pick(choice, ['301 Moved', '302 Found', '307 Temporary', '308 Permanent']),
        head: `location: http://127.0.0.1/${PLANTED}\r\nset-cookie: ${PLANTED}=${PLANTED}\r\n`,
      }),
    ),
  'errors of ours with foreign texts': (truth, choice) =>
    json(truth, {
      data: pick(choice, [undefined, null, JSON.parse(truth.body).data]),
      errors: Array.from({ length: pick(choice, [1, 2, 30, 2_000]) }, () => lyingError(choice)),
      extensions: { [PLANTED]: PLANTED },
    }),
  'errors that are none': (truth, choice) =>
    json(truth, {
      data: null,
      errors: pick<unknown>(choice, [PLANTED, [PLANTED], [null], [{ message: 5 }], { [PLANTED]: 1 }, [[]]]),
    }),
  'data of another form': (truth, choice) =>
    json(truth, { data: pick<unknown>(choice, [PLANTED, [PLANTED], 5, { [PLANTED]: PLANTED }, misshapen(truth, choice)]) }),
  'another content type': (truth, choice) =>
    whole(replyOf(truth, truth.body, { type: pick(choice, ['text/html', `application/${PLANTED}`, 'multipart/mixed']) })),
  'a length that is too large': (truth) => ({
    pieces: [replyOf(truth, truth.body).replace(/content-length: (\d+)/, (_, length) => `content-length: ${Number(length) + 9}`)],
    isClosed: true,
  }),
  'a length that is too small': (truth) =>
    whole(replyOf(truth, truth.body).replace(/content-length: (\d+)/, (_, length) => `content-length: ${Number(length) - 3}`)),
  'two lengths, or none that is one': (truth, choice) =>
    whole(
      replyOf(truth, truth.body, {
        head: pick(choice, ['content-length: 5\r\n', 'transfer-encoding: chunked\r\n', `: ${PLANTED}\r\n`]),
      }),
    ),
  'a part of it': (truth, choice) => {
    const text = replyOf(truth, truth.body)
    return { pieces: [text.slice(0, choice.between(0, text.length - 1))], isClosed: true }
  },
  'it twice at once': (truth) => whole(replyOf(truth, truth.body) + replyOf(truth, truth.body)),
  'something more later': (truth, choice) => ({
    pieces: [replyOf(truth, truth.body), replyOf(truth, planted(truth, choice))],
  }),
  'something to another request': (truth, choice) =>
    whole(replyOf({ exchangeId: pick(choice, ['other.1', PLANTED, '']) }, planted(truth, choice))),
  'more than the reply to nobody by name': (truth, choice) => {
    const nameless = (body: string) => replyOf(truth, body).replace(/planet-exchange: [^\r]*\r\n/, '')
    return { pieces: [nameless(truth.body), nameless(planted(truth, choice))] }
  },
  'something behind the JSON': (truth, choice) =>
    whole(replyOf(truth, truth.body + pick(choice, [secret(choice), truth.body, ' ', '\n\n', '\u0000']))),
  'names in its head': (truth) =>
    whole(replyOf(truth, truth.body, { status: `200 ${PLANTED}`, head: `server: ${PLANTED}\r\nx-request-id: ${PLANTED}\r\n` })),
  'an encoding that was not asked for': (truth) => whole(replyOf(truth, truth.body, { head: 'content-encoding: gzip\r\n' })),
  'bytes that are no text': (truth, choice) => ({
    pieces: [
      Buffer.concat([
        Buffer.from(replyOf(truth, '').replace('content-length: 0', 'content-length: 64')),
        Buffer.from(Array.from({ length: 64 }, () => choice.between(0, 255))),
      ]),
    ],
  }),
  'another protocol': (_, choice) => ({
    pieces: [
      pick(choice, [`SSH-2.0-${PLANTED}\r\n\r\n`, `HTTP/2 200\r\n\r\n`, `${PLANTED}\r\n\r\n`, 'HTTP/1.1 101 Switching\r\n\r\n']),
    ],
    isClosed: true,
  }),
  'interim replies': (truth) => whole(`HTTP/1.1 103 ${PLANTED}\r\nlink: ${PLANTED}\r\n\r\n${replyOf(truth, truth.body)}`),
  'chunks that do not fit': (truth, choice) => ({
    pieces: [
      `HTTP/1.1 200 OK\r\nplanet-exchange: ${truth.exchangeId}\r\ntransfer-encoding: chunked\r\n\r\n${pick(choice, ['zz', '5', 'fffffffff', PLANTED])}\r\n${truth.body}`,
    ],
    isClosed: true,
  }),
  'what is nested without end': (truth, choice) =>
    whole(replyOf(truth, `{"data":${pick(choice, ['[', '{"a":']).repeat(50_000)}"${PLANTED}"`)),
}

/** The answer to somebody else: well formed, and not for whoever asks. */
const planted = ({ body }: Truth, choice: Choice): string =>
  pick(choice, [body.replace(/"(?:Room|Name)[^"]*"/g, `"${PLANTED}"`), JSON.stringify({ errors: [lyingError(choice)] })])

/** The true data, with one place that its type does not allow, and members that nobody asked for. */
function misshapen({ body }: Truth, choice: Choice): unknown {
  const wrong = pick<unknown>(choice, [{ [PLANTED]: PLANTED }, [PLANTED], [[{ [PLANTED]: PLANTED }]]])
  let left = choice.between(0, 12)
  const spoil = (value: unknown): unknown => {
    if (left-- === 0) return wrong
    if (Array.isArray(value)) return value.map(spoil)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, each]) => [name, name === '__typename' ? each : spoil(each)] as const)
    return { ...Object.fromEntries(members), [PLANTED]: PLANTED, ...(choice.between(0, 9) === 0 ? { __typename: PLANTED } : {}) }
  }
  return spoil(JSON.parse(body).data)
}
