import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SUBGRAPH_NAMES } from '@planet/platform/platform'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { viewerKeyVariables } from './support/keys.ts'
import { ask, freePorts, PATIENCE_MS, runPlanet } from './support/processes.ts'

vi.setConfig({ testTimeout: 4 * PATIENCE_MS, hookTimeout: 3 * PATIENCE_MS })

const PRODUCTION = {
  PLANET_MODE: 'production',
  PLANET_STOP_LEAD_MS: '0',
  OIDC_ISSUER: 'https://id.example',
  OIDC_AUDIENCE: 'planet',
  OIDC_JWKS_URL: 'http://127.0.0.1:9/jwks',
}
const SWITCHED_ON = { PLANET_GRAPHIQL: 'true', PLANET_INTROSPECTION: 'true' }
const SWITCHED_OFF = { PLANET_GRAPHIQL: 'false', PLANET_INTROSPECTION: 'false' }

const folder = mkdtempSync(join(tmpdir(), 'planet-surface-'))
let database: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** The status of a path for whoever calls the gateway by this name. */
const statusFor = (url: string, path: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(`${url}${path}`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })

it.each<[string, string, Record<string, string>, boolean]>([
  ['start', 'development', {}, true],
  ['start', 'development, switched off', SWITCHED_OFF, false],
  ['start', 'production', PRODUCTION, false],
  ['start', 'production, switched on', { ...PRODUCTION, ...SWITCHED_ON }, true],
  ['serve gateway', 'development', {}, true],
  ['serve gateway', 'production', PRODUCTION, false],
  ['serve gateway', 'production, switched on', { ...PRODUCTION, ...SWITCHED_ON }, true],
])('`planet %s` in %s shows GraphiQL and the schema as its switches say', async (command, _, env, isShown) => {
  const [port, metricsPort] = await freePorts(2)
  await using planet = runPlanet(command.split(' '), {
    PLANET_HOME: join(folder, 'home'),
    DATABASE_URL: database.url,
    ...viewerKeyVariables(),
    PLANET_CLOCK: 'wall',
    PLANET_LOG_LEVEL: 'silent',
    PLANET_HOSTS: 'api.example',
    PORT: String(port),
    PLANET_METRICS_PORT: String(metricsPort),
    ...Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`PLANET_${name.toUpperCase()}_URL`, 'http://127.0.0.1:9/graphql'])),
    ...env,
  })
  await planet.says(/Ctrl-C stops everything|gateway listens on/)
  const url = `http://127.0.0.1:${port}`

  // It may still be being built.
  expect([200, 503].includes((await fetch(`${url}/graphiql`)).status)).toBe(isShown)
  expect((await fetch(`${url}/graphiql/config.json`)).status).toBe(isShown ? 200 : 404)
  const { body } = await ask(`${url}/graphql`, '{ __schema { queryType { name } } }')
  expect(body.data?.__schema.queryType.name).toBe(isShown ? 'Query' : undefined)

  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toContain('planet_gateway_operations_total')

  for (const path of ['/graphiql/config.json', '/healthz']) {
    expect(await statusFor(url, path, 'evil.example')).toBe(421)
    expect(await statusFor(url, path, 'api.example')).not.toBe(421)
  }
})
