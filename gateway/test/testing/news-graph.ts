import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codedError } from '@planet/runtime/errors'
import { LogMark } from '@planet/runtime/event-log/log-mark'
import type { Logger } from '@planet/runtime/log'
import { defineSubgraph, type Subgraph } from '@planet/runtime/subgraph'
import { readTypeDefs } from '@planet/runtime/type-defs'
import { verifyingKeyOf } from '@planet/runtime/viewer-keys'
import type { ExecutionResult } from 'graphql'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { createEventQueue, type EventQueue } from '../../src/subgraphs/event-stream.ts'
import { createLocalTransport } from '../../src/subgraphs/local-transport.ts'
import type { SubgraphTransport } from '../../src/subgraphs/transport.ts'

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@composeDirective", "@key", "@shareable"])
  @link(url: "https://planet.example/delivery/v1.0", import: ["@delivery", "DeliveryKind"])
  @link(url: "https://planet.example/public/v1.0", import: ["@public"])
  @composeDirective(name: "@delivery")
  @composeDirective(name: "@public")`

const NEWS = `${LINK}
  type Query { storyCount: Int! }
  type Mutation { publish(title: String!): Int! }
  type Subscription {
    storyPublished(after: String): StoryPublished! @delivery(kind: LOG) @public
    tempoChanged: Tempo! @delivery(kind: STATE) @public
  }
  type StoryPublished @public { seq: Int!  cursor: String!  title: String!  author: Author }
  type Tempo @public { seq: Int!  pad: String! }
  type Author @key(fields: "id", resolvable: false) { id: ID! }`

const AUTHORS = `${LINK}
  type Query { author(id: ID!): Author }
  type Author @key(fields: "id") { id: ID!  name: String! @public }`

/** A log of stories and a value that changes, in memory, and the subgraph of their authors. */
export type NewsGraph = AsyncDisposable & {
  readonly supergraphSdl: string
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** Appends a story; gives its `seq`, from 1, which is also its cursor. */
  publish(title: string): number
  /** Forgets stories up to this one: a cursor before it has expired then. */
  forget(seq: number): void
  setTempo(seq: number, pad?: string): void
  /** Streams of stories that were opened so far. */
  readonly opened: () => number
  /** Resolves once so many streams are open. */
  streamsAre(count: number): Promise<void>
}

type Story = { readonly seq: number; readonly cursor: string; readonly title: string; readonly author: { readonly id: string } }

// A subgraph's own source yields root values, for which the queue of results serves as well.
const rootOf = (root: object) => root as ExecutionResult

export function startNewsGraph(viewerKey: KeyObject, log: Logger): NewsGraph {
  const folder = mkdtempSync(join(tmpdir(), 'planet-news-graph-'))
  const stories: Story[] = []
  const streams = new Set<EventQueue>()
  const tempos = new Set<EventQueue>()
  const waiting = new Set<() => void>()
  let oldest = 0
  let opened = 0
  let tempo = { seq: 0, pad: '' }
  const changed = () => {
    for (const check of waiting) check()
  }
  const open = (all: Set<EventQueue>) => {
    const queue = createEventQueue({
      limit: 100_000,
      onOverflow: () => ({}),
      onReturn() {
        all.delete(queue)
        changed()
      },
    })
    all.add(queue)
    changed()
    return queue
  }
  const publish = (title: string) => {
    const seq = stories.length + 1
    const story: Story = { seq, cursor: String(seq), title, author: { id: `a${seq % 3}` } }
    stories.push(story)
    for (const stream of streams) stream.push(rootOf({ storyPublished: story }))
    return seq
  }
  const positionOf = (after: string) => {
    if (!/^\d+$/.test(after)) throw codedError('CURSOR_INVALID', 'This is no cursor of ours.')
    const position = Number(after)
    if (position < oldest) throw codedError('CURSOR_EXPIRED', 'This is too long ago.', { oldest: String(oldest) })
    if (position > stories.length) throw codedError('CURSOR_FUTURE', 'Nothing has come after this yet.')
    return position
  }

  const define = (name: string, text: string, resolvers: object): Subgraph => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'schema.graphql'), text)
    return defineSubgraph<object>({
      name,
      folder: pathToFileURL(`${join(folder, name)}/`),
      resolvers,
      viewerKeys: [verifyingKeyOf(viewerKey)],
      log,
      createContext: () => ({}),
      workers: [],
      close: async () => {},
    })
  }
  const authorOf = ({ id }: { id: string }) => ({ id, name: `Author ${id}` })
  const subgraphs = [
    define('news', NEWS, {
      Query: { storyCount: () => stories.length },
      Mutation: { publish: (_: unknown, { title }: { title: string }) => publish(title) },
      Subscription: {
        storyPublished: {
          subscribe(_: unknown, { after }: { after?: string | null }) {
            const position = after === null || after === undefined ? stories.length : positionOf(after)
            opened += 1
            const queue = open(streams)
            queue.push(rootOf(new LogMark(String(position))))
            for (const story of stories.slice(position)) queue.push(rootOf({ storyPublished: story }))
            return queue.stream
          },
        },
        tempoChanged: {
          subscribe() {
            const queue = open(tempos)
            queue.push(rootOf({ tempoChanged: tempo }))
            return queue.stream
          },
        },
      },
    }),
    define('authors', AUTHORS, {
      Query: { author: (_: unknown, given: { id: string }) => authorOf(given) },
      Author: { __resolveReference: authorOf },
    }),
  ]
  const typeDefs = (name: string) => readTypeDefs(pathToFileURL(`${join(folder, name)}/`))
  return {
    supergraphSdl: composeSupergraph(subgraphs.map(({ name }) => ({ name, typeDefs: typeDefs(name) }))).supergraph,
    transports: Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, createLocalTransport(subgraph)])),
    publish,
    forget(seq) {
      oldest = seq
    },
    setTempo(seq, pad = '') {
      tempo = { seq, pad }
      for (const stream of tempos) stream.push(rootOf({ tempoChanged: tempo }))
    },
    opened: () => opened,
    streamsAre: (count) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (streams.size + tempos.size !== count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true })
    },
  }
}
