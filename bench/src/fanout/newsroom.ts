import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createEventQueue, type EventQueue } from '@planet/gateway/subgraphs/event-stream'
import { silentLog } from '@planet/runtime/log'
import { serve } from '@planet/runtime/serve'
import { defineSubgraph } from '@planet/runtime/subgraph'
import { readTypeDefs } from '@planet/runtime/type-defs'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { buildSchema, type ExecutionResult, graphqlSync } from 'graphql'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { replyTo } from '../http/echo.ts'
import { MessageReader } from '../http/messages.ts'

/** Of a result as JSON, without the message around it. */
export const PAYLOAD_BYTES = 415
/** Large enough for a few to fill what the system keeps for a connection that nobody reads. */
const BLOB = 'b'.repeat(96 * 1024)
const VIEWER_KEY = newProcessKey()

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@composeDirective", "@key", "@shareable"])
  @link(url: "https://planet.example/delivery/v1.0", import: ["@delivery", "DeliveryKind"])
  @link(url: "https://planet.example/public/v1.0", import: ["@public"])
  @composeDirective(name: "@delivery")
  @composeDirective(name: "@public")`

const NEWS = `${LINK}
  type Query { storyCount: Int! }
  type Subscription {
    storyPublished(after: String): StoryPublished! @delivery(kind: LOG) @public
    bulkPublished(after: String): BulkPublished! @delivery(kind: LOG) @public
  }
  type StoryPublished @public { seq: Int!  cursor: String!  title: String!  body: String!  brief: String!  author: Author }
  type BulkPublished @public { seq: Int!  cursor: String!  blob: String! }
  type Author @key(fields: "id", resolvable: false) { id: ID! }`

const AUTHORS = `${LINK}
  type Query { author(id: ID!): Author }
  type Author @key(fields: "id") { id: ID!  name: String! @public }`

export const ALONE = 'subscription { storyPublished { seq cursor title body } }'
export const JOINED = 'subscription { storyPublished { seq cursor title brief author { id name } } }'
export const BULK = 'subscription { bulkPublished { seq blob } }'

export type Story = {
  readonly seq: number
  readonly cursor: string
  readonly title: string
  readonly body: string
  readonly brief: string
  readonly author: { readonly id: string }
}

/** What an event is to be, by the query. */
export const answerTo = (query: string, { seq, cursor, title, body, brief, author }: Story): ExecutionResult => ({
  data: {
    storyPublished:
      query === ALONE
        ? { seq, cursor, title, body }
        : { seq, cursor, title, brief, author: { id: author.id, name: nameOf(author.id) } },
  },
})

const nameOf = (id: string) => `Author ${id}`

/** Always of the same length, so that every payload is. */
function storyOf(n: number): Story {
  const seq = 1_000_000 + n
  const bare = { seq, cursor: `c${seq}`, title: `Story ${seq}`, body: '', brief: '', author: { id: `a${n % 10}` } }
  const pad = (query: string) => '-'.repeat(PAYLOAD_BYTES - JSON.stringify(answerTo(query, bare)).length)
  return { ...bare, body: pad(ALONE), brief: pad(JOINED) }
}

/** Publishes to our gateway through subgraphs, and to a peer by what `alsoTo` is given. */
export type Newsroom = AsyncDisposable & {
  readonly supergraphSdl: string
  /** Addresses by subgraph. */
  readonly urls: Readonly<Record<string, string>>
  publish(): Story
  publishBulk(): void
  /** What is published is passed on as well, field by field. */
  alsoTo(send: ((message: { readonly field: string; readonly payload: object }) => void) | null): void
  /** Requests that the authors' subgraph has answered since the last call. */
  takeRequests(): number
}

export async function openNewsroom(): Promise<Newsroom> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-newsroom-'))
  const streams: Readonly<Record<string, Set<EventQueue>>> = { storyPublished: new Set(), bulkPublished: new Set() }
  let passOn: Parameters<Newsroom['alsoTo']>[0] = null
  let count = 0
  const typeDefs = Object.entries({ news: NEWS, authors: AUTHORS }).map(([name, text]) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'schema.graphql'), text)
    return { name, typeDefs: readTypeDefs(pathToFileURL(`${join(folder, name)}/`)) }
  })
  const watch = (field: string) => {
    const all = streams[field]
    const queue = createEventQueue({ limit: 100_000, onOverflow: () => ({}), onReturn: () => void all?.delete(queue) })
    all?.add(queue)
    return queue.stream
  }
  const news = defineSubgraph<object>({
    name: 'news',
    folder: pathToFileURL(`${join(folder, 'news')}/`),
    resolvers: {
      Query: { storyCount: () => count },
      Subscription: {
        storyPublished: { subscribe: () => watch('storyPublished') },
        bulkPublished: { subscribe: () => watch('bulkPublished') },
      },
    },
    viewerKeys: [VIEWER_KEY],
    log: silentLog,
    createContext: () => ({}),
    workers: [],
    close: async () => {},
  })
  const served = await serve(news, { host: '127.0.0.1', port: 0, log: silentLog })
  const authors = await serveAuthors()
  const push = (field: string, payload: object) => {
    // A subgraph's own source yields root values, for which the queue of results serves as well.
    for (const stream of streams[field] ?? []) stream.push({ [field]: payload } as ExecutionResult)
    passOn?.({ field, payload })
  }
  return {
    supergraphSdl: composeSupergraph(typeDefs).supergraph,
    urls: { news: served.url, authors: authors.url },
    publish() {
      count += 1
      const story = storyOf(count)
      push('storyPublished', story)
      return story
    },
    publishBulk() {
      count += 1
      push('bulkPublished', { seq: count, cursor: `b${count}`, blob: BLOB })
    },
    alsoTo(send) {
      passOn = send
    },
    takeRequests: authors.takeRequests,
    async [Symbol.asyncDispose]() {
      authors.close()
      await served.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Answers a request seen before from memory, as bytes, so that this core never limits whoever asks. */
async function serveAuthors() {
  const schema = buildSchema(
    'scalar _Any union _Entity = Author type Author { id: ID! name: String! } type Query { author(id: ID!): Author _entities(representations: [_Any!]!): [_Entity]! }',
  )
  const authorOf = ({ id }: { id: string }) => ({ __typename: 'Author', id, name: nameOf(id) })
  const rootValue = {
    author: authorOf,
    _entities: ({ representations }: { representations: { id: string }[] }) => representations.map(authorOf),
  }
  const known = new Map<string, Buffer>()
  let requests = 0
  const bytesFor = (body: string): Buffer => {
    const found = known.get(body)
    if (found) return found
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> }
    const text = JSON.stringify(graphqlSync({ schema, source: query, variableValues: variables ?? {}, rootValue }))
    const made = Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: keep-alive\r\n\r\n${text}`,
    )
    if (known.size > 1_000) known.clear()
    known.set(body, made)
    return made
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const reader = new MessageReader((head, body) => {
      requests += 1
      socket.write(replyTo(head, bytesFor(body.toString('latin1'))))
    })
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    socket.setNoDelay(true)
    socket.on('data', (chunk) => reader.push(chunk))
    socket.on('error', () => socket.destroy())
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address.port)
      else reject(new Error('no port'))
    })
  })
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    takeRequests() {
      const taken = requests
      requests = 0
      return taken
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
