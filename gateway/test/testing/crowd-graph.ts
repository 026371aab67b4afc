import type { KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@planet/runtime/log'
import { serve } from '@planet/runtime/serve'
import { defineSubgraph, type Subgraph } from '@planet/runtime/subgraph'
import { readTypeDefs } from '@planet/runtime/type-defs'
import { verifyingKeyOf } from '@planet/runtime/viewer-keys'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { createHttpTransport } from '../../src/subgraphs/http-transport.ts'
import { createLocalTransport } from '../../src/subgraphs/local-transport.ts'
import type { SubgraphTransport } from '../../src/subgraphs/transport.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])'

const PEOPLE = `${LINK}
  type Query { crowd(count: Int!): [Person!]!  one: Person!  rare(count: Int!): [Person] }
  type Mutation { gather(count: Int!): [Person!]! }
  type Subscription { gathered(count: Int!): [Person!]! }
  type Person @key(fields: "id") {
    id: ID!
    name: String!
    "Comes after a wait."
    later: String!
    "Of so many characters."
    text(length: Int!): String!
    friends(count: Int!): [Person!]!
    missing: String!
  }`

const PLACES = `${LINK}
  type Query { place: Place }
  type Place { name: String!  about(length: Int!): String!  near(count: Int!): [Place!]!  visitors(count: Int!): [Person!]! }
  type Person @key(fields: "id") { id: ID!  home: Place }`

type Counted = { readonly count: number }
type Sized = { readonly length: number }

/** Two subgraphs that give as much as they are asked for, from nothing. */
export type CrowdGraph = AsyncDisposable & {
  readonly supergraphSdl: string
  readonly transports: Readonly<Record<string, SubgraphTransport>>
  /** How often the fields of people and places were resolved. */
  readonly resolved: () => number
}

export async function startCrowdGraph(
  over: 'local' | 'http',
  viewerKey: KeyObject,
  log: Logger,
  maxReplyBytes?: number,
): Promise<CrowdGraph> {
  const folder = mkdtempSync(join(tmpdir(), 'planet-crowd-'))
  let resolved = 0
  const counted = <Value>(value: Value): Value => {
    resolved++
    return value
  }
  const person = (index: number) => ({ __typename: 'Person', id: `p${index}` })
  const people = (count: number) => Array.from({ length: count }, (_, index) => person(index))
  const define = (name: string, text: string, resolvers: object): Subgraph => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'schema.graphql'), text)
    return defineSubgraph({
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
  const subgraphs = [
    define('people', PEOPLE, {
      Query: {
        crowd: (_: unknown, { count }: Counted) => people(count),
        rare: (_: unknown, { count }: Counted) => people(count),
        one: () => person(0),
      },
      Mutation: { gather: (_: unknown, { count }: Counted) => people(count) },
      Subscription: {
        gathered: {
          subscribe: async function* (_: unknown, { count }: Counted) {
            yield { gathered: people(count) }
          },
        },
      },
      Person: {
        __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Person', id }),
        name: ({ id }: { id: string }) => counted(`Name of ${id}`),
        later: async ({ id }: { id: string }) => counted(`Later of ${id}`),
        text: (_: unknown, { length }: Sized) => counted('x'.repeat(length)),
        friends: (_: unknown, { count }: Counted) => counted(people(count)),
        missing: () => counted(null),
      },
    }),
    define('places', PLACES, {
      Query: { place: () => ({}) },
      Person: {
        __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Person', id }),
        home: () => counted({}),
      },
      Place: {
        name: () => counted('Home'),
        about: (_: unknown, { length }: Sized) => counted('y'.repeat(length)),
        near: (_: unknown, { count }: Counted) => Array.from({ length: count }, () => ({})),
        visitors: (_: unknown, { count }: Counted) => people(count),
      },
    }),
  ]
  const served: AsyncDisposable[] = []
  const transports: Record<string, SubgraphTransport> = {}
  for (const subgraph of subgraphs) {
    if (over === 'local') transports[subgraph.name] = createLocalTransport(subgraph)
    else {
      const listener = await serve(subgraph, { host: '127.0.0.1', port: 0, log })
      served.push(listener)
      transports[subgraph.name] = createHttpTransport(listener.url, maxReplyBytes)
    }
  }
  const typeDefs = (name: string) => readTypeDefs(pathToFileURL(`${join(folder, name)}/`))
  return {
    supergraphSdl: composeSupergraph(subgraphs.map(({ name }) => ({ name, typeDefs: typeDefs(name) }))).supergraph,
    transports,
    resolved: () => resolved,
    async [Symbol.asyncDispose]() {
      await Promise.all(served.map((each) => each[Symbol.asyncDispose]()))
      rmSync(folder, { recursive: true })
    },
  }
}
