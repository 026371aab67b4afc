import { CALLER_LIMITS } from '@planet/runtime/caller-limits'
import { expect, it } from 'vitest'
import { readConfig } from './config.ts'

const oidc = { OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'planet', OIDC_JWKS_URL: 'https://id.example/jwks' }

it('listens on port 4000 of this machine in development by default', () => {
  expect(readConfig({})).toEqual({
    options: {
      mode: 'development',
      engine: 'compiled',
      introspection: true,
      allowedOrigins: [],
      hosts: [],
      persistedQueries: true,
      safelist: null,
      compression: true,
      sharePublicReads: false,
      callerLimits: CALLER_LIMITS,
      trustedProxies: 0,
      maxAnswerBytes: 8 * 1024 * 1024,
      maxReplyBytes: 8 * 1024 * 1024,
      maxTokenLifeS: 86_400,
      stopLeadMs: 0,
      socketLimits: {
        socketsPerUser: 50,
        socketsPerAddress: 500,
        operationsPerSocket: 100,
        messagesPerSecond: 100,
        bufferedBytes: 1024 * 1024,
        allBufferedBytes: 128 * 1024 * 1024,
      },
    },
    host: '127.0.0.1',
    port: 4000,
    metricsPort: 0,
    graphiql: true,
    oidc: null,
    subgraphUrls: {},
  })
})

it('reads where subgraphs are and which origins may open sockets', () => {
  const config = readConfig({
    ...oidc,
    PLANET_MODE: 'production',
    PORT: '80',
    PLANET_POSTS_URL: 'http://posts:4001/graphql',
    PLANET_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
    PLANET_HOSTS: 'api.example, localhost:8080,[::1]:80',
    PLANET_SAFELIST: 'operations.json',
    PLANET_SOCKETS_PER_USER: '3',
    PLANET_MAX_TOKEN_MINUTES: '15',
  })
  expect(config.options.maxTokenLifeS).toBe(900)
  expect(config.options.socketLimits).toMatchObject({ socketsPerUser: 3, socketsPerAddress: 500 })
  expect(config.subgraphUrls).toEqual({ posts: 'http://posts:4001/graphql' })
  expect(config.options.safelist).toEqual({ path: 'operations.json', appliesTo: 'partner' })
  expect(config.options.allowedOrigins).toEqual(['https://a.example', 'https://b.example'])
  expect(config.options.hosts).toEqual(['api.example', 'localhost:8080', '[::1]:80'])
  expect(config.oidc).toEqual({ issuer: 'https://id.example', audience: 'planet', jwksUrl: 'https://id.example/jwks' })
})

it('shows the schema, GraphiQL and metrics to nobody in production unless that is switched on', () => {
  const production = { ...oidc, PLANET_MODE: 'production' }
  const shown = ({ options, graphiql, metricsPort }: ReturnType<typeof readConfig>) => [
    options.introspection,
    graphiql,
    metricsPort,
  ]
  expect(shown(readConfig(production))).toEqual([false, false, null])
  expect(readConfig(production).options.stopLeadMs).toBe(5_000)
  const on = { PLANET_INTROSPECTION: 'true', PLANET_GRAPHIQL: 'true', PLANET_METRICS_PORT: '9464' }
  expect(shown(readConfig({ ...production, ...on }))).toEqual([true, true, 9464])
  const off = { PLANET_INTROSPECTION: 'false', PLANET_GRAPHIQL: 'false', PLANET_METRICS_PORT: 'off' }
  expect(shown(readConfig(off))).toEqual([false, false, null])
  expect(() => readConfig({ PLANET_METRICS_PORT: 'on' })).toThrow('- PLANET_METRICS_PORT: ')
})

it('names every broken variable at once', () => {
  const env = {
    PORT: '99999',
    PLANET_MODE: 'staging',
    PLANET_LIVE_URL: 'no url',
    OIDC_ISSUER: 'x',
    PLANET_ENGINE: 'other',
    PLANET_SOCKETS_PER_USER: '0',
    PLANET_HOSTS: 'https://api.example',
  }
  const read = () => readConfig(env)
  for (const name of [
    'PORT',
    'PLANET_MODE',
    'PLANET_LIVE_URL',
    'PLANET_ENGINE',
    'PLANET_SOCKETS_PER_USER',
    'PLANET_HOSTS',
    'OIDC_AUDIENCE',
    'OIDC_JWKS_URL',
  ])
    expect(read).toThrow(`- ${name}: `)
})

it('does not start in production without an identity provider', () => {
  expect(() => readConfig({ PLANET_MODE: 'production' })).toThrow('OIDC_ISSUER')
})

it('reads what each kind of caller may ask for', () => {
  const { callerLimits, trustedProxies } = readConfig({
    PLANET_COST_PER_OPERATION_PARTNER: '7000',
    PLANET_NODES_PER_OPERATION_PARTNER: '20000',
    PLANET_COST_PER_MINUTE_PARTNER: '70000',
    PLANET_TRUSTED_PROXIES: '1',
  }).options
  expect(callerLimits.partner).toEqual({ costPerOperation: 7_000, nodesPerOperation: 20_000, costPerMinute: 70_000 })
  expect(callerLimits.user).toEqual(CALLER_LIMITS.user)
  expect(trustedProxies).toBe(1)
})

it('refuses limits that no operation could keep', () => {
  const env = { PLANET_COST_PER_MINUTE_USER: '10', PLANET_NODES_PER_OPERATION_ANALYST: '0' }
  expect(() => readConfig(env)).toThrow(/PLANET_COST_PER_MINUTE_USER[\s\S]*PLANET_NODES_PER_OPERATION_ANALYST/)
})
