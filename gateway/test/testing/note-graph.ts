import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codedError } from '@planet/runtime/errors'
import { checkPosition, formatCursor, parseCursor } from '@planet/runtime/event-log/cursor'
import { LogMark } from '@planet/runtime/event-log/log-mark'
import { silentLog } from '@planet/runtime/log'
import { type ServedSubgraph, serve } from '@planet/runtime/serve'
import { defineSubgraph, type Subgraph } from '@planet/runtime/subgraph'
import { readTypeDefs } from '@planet/runtime/type-defs'
import type { Viewer } from '@planet/runtime/viewer'
import { verifyingKeyOf } from '@planet/runtime/viewer-keys'
import type { ExecutionResult } from 'graphql'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { createEventQueue, type EventQueue } from '../../src/subgraphs/event-stream.ts'
import { createHttpTransport } from '../../src/subgraphs/http-transport.ts'
import { createLocalTransport } from '../../src/subgraphs/local-transport.ts'
import type { SubgraphTransport } from '../../src/subgraphs/transport.ts'

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@composeDirective", "@key", "@shareable"])
  @link(url: "https://planet.example/delivery/v1.0", import: ["@delivery", "DeliveryKind"])
  @link(url: "https://planet.example/public/v1.0", import: ["@public"])
  @composeDirective(name: "@delivery")
  @composeDirective(name: "@public")`

const NOTES = `${LINKS}
  type Query { noteCount: Int! MORE_FIELDS }
  type Subscription {
    noteAdded(after: Cursor): NoteAdded! @delivery(kind: LOG) @public
    tallyChanged: Tally! @delivery(kind: STATE) @public
    eitherAdded(after: Cursor): Either! @delivery(kind: LOG)
  }
  type NoteAdded { seq: Int! @public  cursor: Cursor! @public  text: String! @public  author: Person @public  readBy: String }
  type OtherAdded { seq: Int!  cursor: Cursor!  other: String! }
  union Either = NoteAdded | OtherAdded
  type Tally @public { seq: Int!  count: Int!  filler: String }
  type Person @key(fields: "id", resolvable: false) { id: ID! }`

const PEOPLE = `${LINKS}
  type Query { person(id: ID!): Person }
  type Person @key(fields: "id") { id: ID!  name: String! @public  seenBy: String }`

/** `reads` beyond the first mean that the reader has what the stream begins with: a mark, or a value. */
type OpenStream = { readonly kind: 'notes' | 'tally'; readonly lost: PromiseWithResolvers<never>; reads: number }

type Context = { readonly viewer: Viewer | null }
const EPOCH = 'e'
const cursorAt = (pos: number) => formatCursor({ epoch: EPOCH, pos: BigInt(pos) })

/** A subgraph whose notes are a log and whose tally is a state, and one that knows who wrote them; both in memory. */
export type NoteGraph = AsyncDisposable & {
  readonly supergraphSdl: string
  /** The same with one more field of `Query`. */
  readonly nextSupergraphSdl: string
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** Adds a note and tells every stream of notes; gives its cursor. */
  readonly add: (text: string) => string
  readonly count: (value: number, filler?: string) => void
  /** Streams that are open at the owner. */
  readonly streams: () => number
  readonly streamsAre: (count: number) => Promise<void>
  /** Streams that were opened since the start. */
  readonly opened: () => number
  /** Requests for persons since the start. */
  readonly asked: () => number
  /** Breaks every stream, as a subgraph that dies does. */
  readonly lose: () => void
  /** What opening a stream is refused with; null opens it. */
  readonly refuseWith: (error: Error | null) => void
  /** Resolves once an opening has been refused since the call. */
  readonly refused: () => Promise<void>
  /** Forgets notes up to and including that position. */
  readonly forget: (pos: number) => void
  /** Ends the listener of a subgraph reached over HTTP, and starts it at the same port. */
  readonly restart: (whileDown: () => Promise<void> | void) => Promise<void>
}

export async function startNoteGraph(over: 'local' | 'http', viewerKey: KeyObject): Promise<NoteGraph> {
  const home = mkdtempSync(join(tmpdir(), 'planet-note-graph-'))
  const notes: string[] = []
  const streams = new Map<EventQueue, OpenStream>()
  const waiting = new Set<() => void>()
  let oldest = 0
  let tally = { seq: 0, count: 0, filler: '' }
  let opened = 0
  let asked = 0
  let refusal: Error | null = null
  let refused = Promise.withResolvers<void>()

  const changed = () => {
    for (const check of waiting) check()
  }
  const noteAt = (pos: number) => ({
    __typename: 'NoteAdded',
    seq: pos,
    cursor: cursorAt(pos),
    text: notes[pos - 1],
    author: { id: `p${pos % 2}` },
  })
  const valueOf = (pos: number) => {
    const note = noteAt(pos)
    // A subgraph's own source yields root values, for which the queue of results serves as well.
    return {
      noteAdded: note,
      eitherAdded: pos % 2 === 0 ? { ...note, __typename: 'OtherAdded', other: note.text } : note,
    } as ExecutionResult
  }
  const open = (kind: 'notes' | 'tally') => {
    opened++
    if (refusal) {
      refused.resolve()
      throw refusal
    }
    const queue = createEventQueue({
      limit: 100_000,
      onOverflow: () => ({}),
      onReturn() {
        streams.delete(queue)
        changed()
      },
    })
    const lost = Promise.withResolvers<never>()
    lost.promise.catch(() => {})
    const started: OpenStream = { kind, lost, reads: 0 }
    streams.set(queue, started)
    const { stream } = queue
    const next = () => {
      started.reads++
      changed()
      return Promise.race([stream.next(), lost.promise])
    }
    return { queue, stream: { ...stream, next } }
  }
  const readNotes = (after: string | null) => {
    const position = after === null ? null : parseCursor(after)
    if (position) checkPosition(position, { epoch: EPOCH, oldest: BigInt(oldest), head: BigInt(notes.length) })
    const { queue, stream } = open('notes')
    queue.push(new LogMark(after ?? cursorAt(notes.length)) as object)
    if (position) for (let pos = Number(position.pos) + 1; pos <= notes.length; pos++) queue.push(valueOf(pos))
    return stream
  }
  const readTally = () => {
    const { queue, stream } = open('tally')
    queue.push({ tallyChanged: tally } as ExecutionResult)
    return stream
  }
  const readBy = (_: unknown, __: unknown, { viewer }: Context) => viewer?.userId ?? 'nobody'

  const define = (name: string, text: string, resolvers: object): Subgraph => {
    mkdirSync(join(home, name), { recursive: true })
    writeFileSync(join(home, name, 'schema.graphql'), text)
    return defineSubgraph<Context>({
      name,
      folder: pathToFileURL(`${join(home, name)}/`),
      resolvers,
      viewerKeys: [verifyingKeyOf(viewerKey)],
      log: silentLog,
      createContext: ({ viewer }) => ({ viewer }),
      workers: [],
      close: async () => {},
    })
  }
  const typeDefs = (name: string) => readTypeDefs(pathToFileURL(`${join(home, name)}/`))
  const compose = () => composeSupergraph(['notes', 'people'].map((name) => ({ name, typeDefs: typeDefs(name) }))).supergraph

  const people = define('people', PEOPLE, {
    Person: {
      __resolveReference({ id }: { id: string }, { viewer }: Context) {
        asked++
        return { id, name: `Name of ${id}`, seenBy: viewer?.userId ?? 'nobody' }
      },
    },
  })
  const subscriptions = {
    noteAdded: { subscribe: (_: unknown, { after = null }: { after?: string | null }) => readNotes(after) },
    eitherAdded: { subscribe: (_: unknown, { after = null }: { after?: string | null }) => readNotes(after) },
    tallyChanged: { subscribe: readTally },
  }
  const resolvers = {
    Query: { noteCount: () => notes.length, more: () => 'more' },
    Subscription: subscriptions,
    NoteAdded: { readBy },
  }
  define('notes', NOTES.replace('MORE_FIELDS', ''), { Subscription: subscriptions, NoteAdded: { readBy } })
  const supergraphSdl = compose()
  const owner = define('notes', NOTES.replace('MORE_FIELDS', 'more: String'), resolvers)
  const nextSupergraphSdl = compose()

  let served: ServedSubgraph | null = null
  const serveOwner = (port: number) => serve(owner, { host: '127.0.0.1', port, log: silentLog })
  if (over === 'http') served = await serveOwner(0)
  return {
    supergraphSdl,
    nextSupergraphSdl,
    transports: {
      notes: served ? createHttpTransport(served.url) : createLocalTransport(owner),
      people: createLocalTransport(people),
    },
    add(text) {
      notes.push(text)
      for (const [queue, { kind }] of streams) if (kind === 'notes') queue.push(valueOf(notes.length))
      return cursorAt(notes.length)
    },
    count(value, filler = '') {
      tally = { seq: tally.seq + 1, count: value, filler }
      for (const [queue, { kind }] of streams) if (kind === 'tally') queue.push({ tallyChanged: tally } as ExecutionResult)
    },
    streams: () => streams.size,
    streamsAre: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (streams.size !== count || [...streams.values()].some(({ reads }) => reads < 2)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    opened: () => opened,
    asked: () => asked,
    lose() {
      for (const { lost } of streams.values()) lost.reject(codedError('UNAVAILABLE', 'The database is away.'))
      streams.clear()
      changed()
    },
    refuseWith(error) {
      refusal = error
    },
    refused() {
      refused = Promise.withResolvers()
      return refused.promise
    },
    forget(pos) {
      oldest = pos
    },
    async restart(whileDown) {
      const port = served?.port ?? 0
      await served?.close()
      await whileDown()
      served = await serveOwner(port)
    },
    async [Symbol.asyncDispose]() {
      await served?.close()
      rmSync(home, { recursive: true })
    },
  }
}
