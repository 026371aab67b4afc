import { subscribe as subscribeToChannel, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@planet/gateway/config'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { readBundledSeries } from '@planet/platform/market-data/bundled'
import { getPerson, people } from '@planet/platform/people'
import { openPlatform, type Platform, type PlatformOptions } from '@planet/platform/platform'
import { seedSandbox, seedStart } from '@planet/platform/sandbox/sandbox'
import type { SandboxState } from '@planet/platform/sandbox/state'
import { apiOf } from '@planet/platform/start'
import { createReplayClock, type ReplayClock } from '@planet/runtime/clock'
import { openDatabase } from '@planet/runtime/database'
import { type SentStatement, STATEMENT_CHANNEL } from '@planet/runtime/database/session'
import { silentLog } from '@planet/runtime/log'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { signedRequest } from '@planet/runtime/testing/signed-request'
import { type Answer, newKey } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { newProcessKey } from '@planet/runtime/viewer-keys'

export type TestPlatform = AsyncDisposable & {
  readonly platform: Platform
  readonly clock: ReplayClock
  readonly databaseUrl: string
  readonly url: string
  readonly state: SandboxState
  /** An operation over HTTP under the token of a named person; null is anonymous. */
  query(person: string | null, query: string, variables?: Record<string, unknown>): Promise<Answer>
  /** What a mutation answers, under a key of its own; throws for errors. */
  mutate(person: string, mutation: string, selection: string, input: Record<string, unknown>): Promise<Answer['data']>
  tokenOf(person: string, lifetimeS?: number): Promise<string>
  /** An operation at a subgraph itself, as the gateway asks it. */
  askSubgraph(name: string, viewer: Viewer | null, query: string, variables: Record<string, unknown>): Promise<Answer>
  /** Moves the clock and waits until everything due is done. */
  advance(ms: number): Promise<void>
  /** The statements that each role sends while `work` runs. */
  countStatements(work: () => Promise<unknown>): Promise<Record<string, number>>
}

/** The whole platform in this process, with `days` of the bundled sandbox played, behind a real port. */
export async function startTestPlatform(
  days: number,
  options: Pick<PlatformOptions, 'callerLimits' | 'mutationRateFactor'> = {},
): Promise<TestPlatform> {
  const testDatabase = await createTestDatabase()
  const databaseUrl = testDatabase.url
  const home = mkdtempSync(join(tmpdir(), 'planet-home-'))
  const issuer = await openDevIssuer(home)
  const series = readBundledSeries()
  const clock = createReplayClock(seedStart(series))
  const viewerKey = newProcessKey()
  const platform = await openPlatform({
    mode: 'development',
    // `PLANET_ENGINE=apollo` runs every test with the reference engine.
    engine: readConfig(process.env).options.engine,
    databaseUrl,
    clock,
    viewerKey,
    identity: { kind: 'development', issuer, people },
    log: silentLog,
    ...options,
  })
  const admin = openDatabase({ url: databaseUrl, role: null, audience: 'relay', maxConnections: 1 })
  const state = await seedSandbox({
    platform,
    clock,
    api: apiOf(platform),
    series,
    databaseUrl,
    admin,
    onProgress: () => {},
    days,
    signal: new AbortController().signal,
  })
  const { url } = await platform.gateway.listen({ host: '127.0.0.1', port: 0 })
  const tokenOf = (name: string, lifetimeS = 600) => {
    const { userId, roles } = getPerson(name)
    return issuer.issueToken({ userId, roles, lifetimeS })
  }
  const query: TestPlatform['query'] = async (person, query, variables = {}) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (person !== null) headers.authorization = `Bearer ${await tokenOf(person)}`
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
    return (await response.json()) as Answer
  }
  return {
    platform,
    clock,
    databaseUrl,
    url,
    state,
    tokenOf,
    query,
    async askSubgraph(name, viewer, query, variables) {
      const subgraph = platform.subgraphs.find((each) => each.name === name)
      if (!subgraph) throw new Error(`there is no subgraph ${name}`)
      const request = signedRequest(viewerKey, name, viewer, { query, variables })
      return JSON.parse(JSON.stringify(await subgraph.execute(request)))
    },
    async mutate(person, mutation, selection, input) {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
      const { data, errors } = await query(
        person,
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ${selection} } }`,
        { input: { idempotencyKey: newKey(), ...input } },
      )
      if (errors) throw new Error(JSON.stringify(errors))
      return data[mutation]
    },
    async advance(ms) {
      clock.advance(new Date(clock.now().getTime() + ms))
      await platform.idle()
    },
    async countStatements(work) {
      await platform.idle()
      const counts: Record<string, number> = {}
      const count = (message: unknown) => {
        // The channel is ours and carries nothing else.
        const { role } = message as SentStatement
        counts[role ?? 'none'] = (counts[role ?? 'none'] ?? 0) + 1
      }
      subscribeToChannel(STATEMENT_CHANNEL, count)
      try {
        await work()
      } finally {
        unsubscribe(STATEMENT_CHANNEL, count)
      }
      return counts
    },
    async [Symbol.asyncDispose]() {
      await platform.close()
      await admin.close()
      await testDatabase.drop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
