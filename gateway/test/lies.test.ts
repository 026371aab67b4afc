import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@planet/runtime/testing/patience'
import { newSigningKey } from '@planet/runtime/viewer-keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../src/gateway.ts'
import { openDevIssuer } from '../src/identity/dev-issuer.ts'
import { createHttpTransport } from '../src/subgraphs/http-transport.ts'
import { LIES, PLANTED } from './testing/lies.ts'
import { createLogRecorder } from './testing/log-recorder.ts'
import { type LyingProxy, startLyingProxy } from './testing/lying-proxy.ts'
import { type SmallGraph, startSmallGraph } from './testing/small-graph.ts'

const SEED = Number(process.env.PLANET_TEST_SEED ?? 20_260)
const IS_LONG = process.env.PLANET_TEST_LONG === '1'
const AT_ONCE = 16
/** Some lies cost a fetch its whole deadline, on a machine that may be busy with other things. */
const MS_PER_REPLY = 400
const CODES = ['UNAVAILABLE', 'INTERNAL', 'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'RATE_LIMITED', 'CONFLICT']
const ALLOWED = new Set([...CODES, 'RESPONSE_TOO_LARGE', 'CURSOR_EXPIRED', 'CURSOR_FUTURE', 'SLOW_CONSUMER'])

const OPERATIONS = [
  '{ rooms { id title host { name friend { name } } } }',
  '{ a: room(id: "1") { t: title host { seenBy } } b: room(id: "2") { __typename id } whoami }',
  '{ roles rooms { host { id name } } }',
  'mutation { renameRoom(id: "3", title: "Room 3") { title host { name } } }',
] as const

type Answer = { readonly data?: unknown; readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[] }

describe.each([
  ['compiled', IS_LONG ? 5_000 : 200],
  ['apollo', IS_LONG ? 1_000 : 100],
] as const)('a gateway with the engine %s, one of whose subgraphs lies,', (engine, replies) => {
  const home = mkdtempSync(join(tmpdir(), 'planet-lies-'))
  const { log } = createLogRecorder()
  let graph: SmallGraph
  let proxy: LyingProxy
  let gateway: Gateway
  let url: string

  beforeAll(async () => {
    const viewerKey = newSigningKey()
    graph = await startSmallGraph('http', viewerKey, log)
    proxy = await startLyingProxy(graph.urls.rooms ?? '', SEED)
    gateway = await createGateway({
      mode: 'development',
      engine,
      supergraphSdl: graph.supergraphSdl,
      transports: { ...graph.transports, rooms: createHttpTransport(proxy.url) },
      viewerKey,
      identity: { kind: 'development', issuer: await openDevIssuer(home), people: [] },
      log,
      graphiql: null,
    })
    ;({ url } = await gateway.listen({ host: '127.0.0.1', port: 0 }))
  })
  afterAll(async () => {
    await gateway.close()
    await proxy[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
    rmSync(home, { recursive: true })
  })

  /** All that a client gets to see. */
  const ask = async (query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query }),
    })
    const text = await response.text()
    return { text, seen: `${text} ${JSON.stringify([...response.headers])}` }
  }
  const honest = async () => {
    proxy.lie(false)
    return Promise.all(OPERATIONS.map(async (query) => JSON.parse((await ask(query)).text) as Answer))
  }

  it(`shows a client nothing that was planted in ${replies} replies, and goes on (seed ${SEED})`, {
    timeout: 240_000 + replies * MS_PER_REPLY,
  }, async () => {
    let right: readonly Answer[] = []
    // A busy machine may miss the deadline of a fetch.
    await eventually(async () => {
      right = await honest()
      for (const answer of right) expect(answer.errors).toBeUndefined()
    })
    const leaks: string[] = []
    const codes = new Set<string | undefined>()
    const told = () => [...proxy.told.values()].reduce((sum, count) => sum + count, 0)
    for (let turn = 0; told() < replies; turn++) {
      proxy.lie(true)
      const asked = Array.from({ length: AT_ONCE }, (_, index) => OPERATIONS[(turn + index) % OPERATIONS.length] ?? '')
      for (const { text, seen } of await Promise.all(asked.map(ask))) {
        if (seen.includes(PLANTED)) leaks.push(seen)
        const { errors = [] } = JSON.parse(text) as Answer
        for (const { extensions } of errors) codes.add(extensions?.code)
      }
      // Whatever came before it, the truth is told to whoever asks for it.
      if (turn % 5 === 0) await eventually(async () => expect(await honest()).toEqual(right))
    }
    expect(leaks).toEqual([])
    expect([...codes].filter((code) => code === undefined || !ALLOWED.has(code))).toEqual([])
    await eventually(async () => expect(await honest()).toEqual(right))
    // Else a way to lie was never tried.
    if (replies >= 200) expect([...proxy.told.keys()].sort()).toEqual(Object.keys(LIES).sort())
  })
})
