import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@planet/runtime/log'
import { publicCode, publicText } from '@planet/runtime/public-texts'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineName } from '../../../src/config.ts'
import { createGateway, type Gateway } from '../../../src/gateway.ts'
import { openDevIssuer } from '../../../src/identity/dev-issuer.ts'
import { openReadySocket } from '../../testing/raw-socket.ts'
import { WATCH_CASES } from './cases.ts'
import { createWatchedGraph, type WatchedGraph } from './watched-graph.ts'

const ENGINES: readonly EngineName[] = ['compiled', 'apollo']

type Payload = { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] }

/** Errors in an order of their own: fetches of one plan run side by side. */
const errorsOf = (errors: Payload['errors']) =>
  (errors ?? [])
    .map(({ message, path, extensions }) => JSON.stringify({ message, path: path ?? null, code: extensions?.code }))
    .sort()

/** What a subgraph says of an error reaches nobody; its code does. */
function asPublic(error: GraphQLError): GraphQLFormattedError {
  const { message, ...rest } = error.toJSON()
  return { ...rest, message: publicText(publicCode(rest.extensions?.code), message, new Set()) }
}

/** The text that a frame has to hold: the whole payload, or its data where there are errors beside it. */
function textOf({ data, errors }: ExecutionResult): string {
  const text = `"data":${JSON.stringify(data)}`
  return errors ? text : `"payload":{${text}}`
}

describe.each(ENGINES)('a subscription by the %s engine gives, event by event, what one schema would:', (engine) => {
  let graph: WatchedGraph
  let gateway: Gateway
  let url: string
  const home = mkdtempSync(join(tmpdir(), 'planet-monolith-'))

  beforeAll(async () => {
    graph = createWatchedGraph()
    gateway = await createGateway({
      mode: 'development',
      engine,
      supergraphSdl: graph.supergraphSdl,
      transports: graph.transports,
      viewerKey: newProcessKey(),
      identity: { kind: 'development', issuer: await openDevIssuer(home), people: [] },
      log: silentLog,
      graphiql: null,
    })
    url = (await gateway.listen({ host: '127.0.0.1', port: 0 })).url
  })
  afterAll(async () => {
    await gateway.close()
    rmSync(home, { recursive: true })
  })

  describe.each(Object.entries(WATCH_CASES))('%s', (_, cases) => {
    it.each(cases.map(({ title, ...request }) => [title, request] as const))('%s', async (__, request) => {
      const expected = await graph.oracle(request)
      const id = 'a'
      using socket = await openReadySocket(url)
      graph.begin()
      socket.send({ id, type: 'subscribe', payload: request })
      for (const right of expected) {
        const { message, text } = await socket.next()
        expect(message).toMatchObject({ id, type: 'next' })
        expect(text).toContain(textOf(right))
        // What `next` carries is an execution result.
        expect(errorsOf((message.payload as Payload).errors)).toEqual(errorsOf(right.errors?.map(asPublic)))
        graph.proceed()
      }
      expect((await socket.next()).message).toEqual({ id, type: 'complete' })
    })
  })
})
