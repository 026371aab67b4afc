import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIssuer, openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { SUBGRAPH_NAMES } from '@planet/platform/platform'
import { type Id, newId } from '@planet/runtime/ids'
import { createTestDatabase, type TestDatabase } from '@planet/runtime/testing/database'
import { eventually } from '@planet/runtime/testing/patience'
import { newKey } from '@planet/runtime/testing/subgraph'
import type { Role } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { viewerKeyVariables } from './support/keys.ts'
import { ask, freePorts, type Planet, planet, runPlanet } from './support/processes.ts'

// The creators subgraph and gateways, each in a process of its own; the gateways have no database.

/** What is promised of every gateway that hears. */
const PROMISED_MS = 5_000

type Gateway = { readonly url: string; readonly metricsUrl: string; readonly planet: Planet }

const home = mkdtempSync(join(tmpdir(), 'planet-revocation-'))
const gateways: Gateway[] = []
let database: TestDatabase
let issuer: DevIssuer
let creators: Planet
let env: Readonly<Record<string, string>>
let gatewayPorts: number[]
let creatorsPort: number

const launchCreators = async () => {
  creators = runPlanet(['serve', 'creators'], { ...env, DATABASE_URL: database.url, PORT: String(creatorsPort) })
  await creators.says(/listens on/)
}
const launchGateway = async (): Promise<Gateway> => {
  const [port, metricsPort] = gatewayPorts.slice(2 * gateways.length)
  const own = { PORT: String(port), PLANET_METRICS_PORT: String(metricsPort) }
  const gateway = {
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    planet: runPlanet(['serve', 'gateway'], { ...env, ...own }),
  }
  gateways.push(gateway)
  await gateway.planet.says(/listens on/)
  return gateway
}

beforeAll(async () => {
  database = await createTestDatabase()
  issuer = await openDevIssuer(home)
  const ports = await freePorts(SUBGRAPH_NAMES.length + 8)
  gatewayPorts = ports.slice(SUBGRAPH_NAMES.length)
  creatorsPort = ports[SUBGRAPH_NAMES.indexOf('creators')] ?? 0
  env = {
    PLANET_HOME: home,
    ...viewerKeyVariables(),
    PLANET_LOG_LEVEL: 'silent',
    PLANET_CLOCK: 'wall',
    // But for the creators nobody is there.
    ...Object.fromEntries(
      SUBGRAPH_NAMES.map((name, index) => [`PLANET_${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[index]}/graphql`]),
    ),
  }
  await Promise.all([launchCreators(), launchGateway(), launchGateway()])
  for (const gateway of gateways) await eventually(async () => expect(await statusOf(gateway)).toBe(200))
})

afterAll(async () => {
  await Promise.all([...gateways.map((gateway) => gateway.planet), creators].map((each) => each[Symbol.asyncDispose]()))
  await database?.drop()
  rmSync(home, { recursive: true, force: true })
})

const newUserId = () => newId<'User'>(new Date())
const tokenOf = (userId: Id<'User'>, roles: readonly Role[] = ['user']) => issuer.issueToken({ userId, roles, lifetimeS: 600 })
const statusOf = async ({ url }: Gateway) => (await fetch(`${url}/readyz`)).status
const hears = async ({ metricsUrl }: Gateway) =>
  /^planet_gateway_hears_revocations (\d)$/m.exec(await (await fetch(metricsUrl)).text())?.[1]

/** `taken`, or the code with which a gateway refuses a token. */
async function verdictOf({ url }: Gateway, token: string): Promise<string> {
  const { body } = await ask(`${url}/graphql`, '{ __typename }', { token })
  return String(body.errors?.[0]?.extensions?.code ?? 'taken')
}
const verdicts = (token: string) => Promise.all(gateways.map((gateway) => verdictOf(gateway, token)))
const all = (verdict: string) => gateways.map(() => verdict)

/** A socket that was opened with a token; resolves, once it is acknowledged, with how to wait for its end. */
async function openSocket({ url }: Gateway, token: string): Promise<{ readonly closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
    )
    socket.once('message', resolve)
  })
  return { closed }
}

/** How long after `begun` every gateway refuses a token, in milliseconds. */
async function untilRefused(token: string, begun: number): Promise<number> {
  await expect.poll(() => verdicts(token), { interval: 50 }).toEqual(all('UNAUTHENTICATED'))
  return performance.now() - begun
}

const revoke = async (...args: string[]) => {
  const ended = await planet(['revoke', ...args], { ...env, DATABASE_URL: database.url })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.stdout
}

describe('tokens that were taken back', () => {
  it('by the command line are refused at every gateway within 5 s, and what was opened with them is closed', async () => {
    const [ada, bob] = [newUserId(), newUserId()]
    const [token, other] = [await tokenOf(ada), await tokenOf(bob)]
    expect(await verdicts(token)).toEqual(all('taken'))
    const sockets = await Promise.all(gateways.map((gateway) => openSocket(gateway, token)))
    expect(await revoke('--user', ada)).toContain(`All access tokens that ${ada} was issued until now are revoked`)
    const begun = performance.now()
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(gateways.map(() => 4403))
    expect(await untilRefused(token, begun)).toBeLessThan(PROMISED_MS)
    expect(await verdicts(other)).toEqual(all('taken'))
  })

  it('by an admin are refused at every gateway within 5 s, one and not the others', async () => {
    const ada = newUserId()
    const [stolen, good] = [await tokenOf(ada), await tokenOf(ada)]
    const { tokenId } = await issuer.verifyToken(stolen)
    const { body } = await ask(
      `${gateways[0]?.url}/graphql`,
      `mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) { ... on RevokeTokensSuccess { revocation { tokenId } } } }`,
      {
        token: await tokenOf(newUserId(), ['admin']),
        variables: { input: { idempotencyKey: newKey(), tokenId } },
      },
    )
    const begun = performance.now()
    expect(body).toMatchObject({ data: { revokeTokens: { revocation: { tokenId } } } })
    expect(await untilRefused(stolen, begun)).toBeLessThan(PROMISED_MS)
    expect(await verdicts(good)).toEqual(all('taken'))
  })

  it('are refused by a gateway that starts later, from its first answer on', async () => {
    const ada = newUserId()
    const token = await tokenOf(ada)
    await revoke('--user', ada)
    expect(await verdictOf(await launchGateway(), token)).toBe('UNAUTHENTICATED')
  })

  it('while nobody tells of it are refused within 5 s of its return; a gateway says that it cannot hear', async () => {
    const [ada, bob] = [newUserId(), newUserId()]
    const [before, meanwhile] = [await tokenOf(ada), await tokenOf(bob)]
    await revoke('--user', ada)
    await untilRefused(before, 0)
    creators.signal('SIGKILL')
    await creators.ended
    for (const gateway of gateways) await expect.poll(() => hears(gateway)).toBe('0')
    await revoke('--user', bob)
    expect(await verdicts(before)).toEqual(all('UNAUTHENTICATED'))
    expect(await verdicts(meanwhile)).toEqual(all('taken'))
    const newcomer = await launchGateway()
    expect([await verdictOf(newcomer, meanwhile), await statusOf(newcomer)]).toEqual(['UNAVAILABLE', 503])

    await launchCreators()
    expect(await untilRefused(meanwhile, performance.now())).toBeLessThan(PROMISED_MS)
    expect([await statusOf(newcomer), await hears(newcomer)]).toEqual([200, '1'])
  })

  it('while the subgraph that tells of them hangs are not heard of, which a gateway says', async () => {
    creators.signal('SIGSTOP')
    try {
      for (const gateway of gateways) await expect.poll(() => hears(gateway)).toBe('0')
    } finally {
      creators.signal('SIGCONT')
    }
    for (const gateway of gateways) await expect.poll(() => hears(gateway)).toBe('1')
  })
})
