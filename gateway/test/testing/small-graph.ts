import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@planet/runtime/log'
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

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])'

const ROOMS = `${LINK}
  type Query { room(id: ID!): Room  rooms: [Room!]!  whoami: String  roles: [String!]  broken: String  promised: String! }
  type Mutation { renameRoom(id: ID!, title: String!): Room! }
  type Subscription { roomChanged(id: ID!): Room! }
  type Room @key(fields: "id") { id: ID!  title: String!  host: Person }
  type Person @key(fields: "id", resolvable: false) { id: ID! }`

const PEOPLE = `${LINK}
  type Query { person(id: ID!): Person }
  type Person @key(fields: "id") { id: ID!  name: String!  friend: Person  seenBy: String }`

type Context = { readonly viewer: Viewer | null }

/** What `people` does when asked. */
export type Behaviour = 'answer' | 'hang' | 'fail'

/** Stands in the message of a resolver's error; no client may ever see it. */
export const INTERNAL_DETAIL = 'select secret from person where id = 7'

/** Two real subgraphs, `rooms` and `people`, that keep their rows in memory, and the supergraph composed of them. */
export type SmallGraph = AsyncDisposable & {
  readonly supergraphSdl: string
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** Of subgraphs that are reached over HTTP, by name. */
  readonly urls: Readonly<Record<string, string>>
  readonly behave: (people: Behaviour) => void
  /** Writes the new title and tells every open stream. */
  readonly renameRoom: (id: string, title: string) => void
  /** Resolves once so many streams of room changes are open at `rooms`. */
  readonly streamsAre: (count: number) => Promise<void>
  /** Ends the listeners of subgraphs that are reached over HTTP, or of the one that is named. */
  readonly stopServing: (name?: 'rooms' | 'people') => Promise<void>
}

export async function startSmallGraph(over: 'local' | 'http', viewerKey: KeyObject, log: Logger): Promise<SmallGraph> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-small-graph-'))
  const rooms = createRooms()
  let people: Behaviour = 'answer'
  const answerAs = async <Value>(value: Value): Promise<Value> => {
    if (people === 'hang') return new Promise(() => {})
    if (people === 'fail') throw new Error(INTERNAL_DETAIL)
    return value
  }
  const person = (id: string, viewer: Viewer | null) =>
    answerAs({ id, name: `Name of ${id}`, friend: { id: `${id}f`, name: 'Friend' }, seenBy: viewer?.userId ?? 'nobody' })

  const define = (name: string, text: string, resolvers: object): Subgraph => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'schema.graphql'), text)
    return defineSubgraph<Context>({
      name,
      folder: pathToFileURL(`${join(folder, name)}/`),
      resolvers,
      viewerKeys: [verifyingKeyOf(viewerKey)],
      log,
      createContext: ({ viewer }) => ({ viewer }),
      workers: [],
      close: async () => {},
    })
  }
  const subgraphs = [
    define('rooms', ROOMS, {
      Query: {
        room: (_: unknown, { id }: { id: string }) => rooms.find(id),
        rooms: () => rooms.all(),
        whoami: (_: unknown, __: unknown, { viewer }: Context) => viewer?.userId ?? 'nobody',
        roles: (_: unknown, __: unknown, { viewer }: Context) => viewer?.roles ?? [],
        broken: () => {
          throw new Error(INTERNAL_DETAIL)
        },
        promised: () => null,
      },
      Mutation: { renameRoom: (_: unknown, { id, title }: { id: string; title: string }) => rooms.rename(id, title) },
      Subscription: { roomChanged: { subscribe: (_: unknown, { id }: { id: string }) => rooms.watch(id) } },
      Room: { __resolveReference: ({ id }: { id: string }) => rooms.find(id) },
    }),
    define('people', PEOPLE, {
      Query: { person: (_: unknown, { id }: { id: string }, { viewer }: Context) => person(id, viewer) },
      Person: { __resolveReference: ({ id }: { id: string }, { viewer }: Context) => person(id, viewer) },
    }),
  ]
  const served = new Map<string, ServedSubgraph>()
  const transports: Record<string, SubgraphTransport> = {}
  const urls: Record<string, string> = {}
  for (const subgraph of subgraphs) {
    if (over === 'local') transports[subgraph.name] = createLocalTransport(subgraph)
    else {
      const listener = await serve(subgraph, { host: '127.0.0.1', port: 0, log })
      served.set(subgraph.name, listener)
      urls[subgraph.name] = listener.url
      transports[subgraph.name] = createHttpTransport(listener.url)
    }
  }
  const stopServing: SmallGraph['stopServing'] = async (only) => {
    const ending = [...served].filter(([name]) => only === undefined || name === only)
    for (const [name] of ending) served.delete(name)
    await Promise.all(ending.map(([, listener]) => listener.close()))
  }
  const typeDefs = (name: string) => readTypeDefs(pathToFileURL(`${join(folder, name)}/`))
  return {
    supergraphSdl: composeSupergraph(subgraphs.map(({ name }) => ({ name, typeDefs: typeDefs(name) }))).supergraph,
    transports,
    urls,
    behave(behaviour) {
      people = behaviour
    },
    renameRoom: rooms.rename,
    streamsAre: rooms.streamsAre,
    stopServing,
    async [Symbol.asyncDispose]() {
      await stopServing()
      rmSync(folder, { recursive: true })
    },
  }
}

// A subgraph's own source yields root values, for which the queue of results serves as well.
const rootValue = (roomChanged: unknown) => ({ roomChanged }) as ExecutionResult

function createRooms() {
  const rooms = new Map(['1', '2', '3'].map((id) => [id, { id, title: `Room ${id}`, host: { id: `p${id}` } }]))
  const streams = new Set<EventQueue>()
  const waiting = new Set<() => void>()
  const streamsChanged = () => {
    for (const check of waiting) check()
  }
  const find = (id: string) => rooms.get(id) ?? null
  return {
    find,
    all: () => [...rooms.values()],
    rename(id: string, title: string) {
      const room = { id, title, host: { id: `p${id}` } }
      rooms.set(id, room)
      for (const stream of streams) stream.push(rootValue(room))
      return room
    },
    /** The room at once, then after each change. */
    watch(id: string) {
      const queue = createEventQueue({
        limit: 100,
        onOverflow: () => ({}),
        onReturn: () => {
          streams.delete(queue)
          streamsChanged()
        },
      })
      streams.add(queue)
      streamsChanged()
      queue.push(rootValue(find(id)))
      return queue.stream
    },
    streamsAre: (count: number) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (streams.size !== count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}
