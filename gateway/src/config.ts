import { BrokenConfig } from '@planet/runtime/broken-config'
import { type LimitsOfCallers, readCallerLimits } from '@planet/runtime/caller-limits'
import { MAX_ANSWER_BYTES, MAX_REPLY_BYTES } from '@planet/runtime/max-bytes'
import { z } from 'zod'
import { MAX_TOKEN_LIFE_S } from './identity/tokens.ts'
import { SOCKET_LIMITS, type SocketLimits } from './subscriptions/limits.ts'

/** The subgraphs that the gateway reaches over HTTP when it runs apart. */
export const SUBGRAPHS = ['circles', 'creators', 'incentives', 'insights', 'live', 'posts', 'trading'] as const
export type SubgraphName = (typeof SUBGRAPHS)[number]

const urlVariable = (name: SubgraphName) => `PLANET_${name.toUpperCase()}_URL`

const UrlEnv = z.object(Object.fromEntries(SUBGRAPHS.map((name) => [urlVariable(name), z.url().optional()])))

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
  .pipe(z.array(z.url()))

const port = z.coerce.number().int().min(0).max(65_535)

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i

const hosts = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((host) => host.trim() || []))
  .refine((all) => all.every((host) => HOST.test(host)), 'Must be hosts like `api.example` or `localhost:8080`.')

const atLeastOne = (otherwise: number) => z.coerce.number().int().min(1).default(otherwise)

/** Longer than balancers take to find out, which ask every second or two. */
const STOP_LEAD_MS = 5_000

const ENGINES = ['compiled', 'apollo'] as const

const OwnEnv = z.object({
  PLANET_MODE: z.enum(['development', 'production']).default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  PLANET_ENGINE: z.enum(ENGINES).default('compiled'),
  PLANET_METRICS_PORT: z.union([z.literal('off'), port]).optional(),
  PLANET_GRAPHIQL: flag.optional(),
  PLANET_INTROSPECTION: flag.optional(),
  PLANET_PERSISTED_QUERIES: flag.default(true),
  PLANET_SAFELIST: z.string().min(1).optional(),
  PLANET_SAFELIST_FOR: z.enum(['partner', 'all']).default('partner'),
  PLANET_COMPRESSION: flag.default(true),
  PLANET_SHARE_PUBLIC_READS: flag.default(false),
  PLANET_MAX_ANSWER_BYTES: atLeastOne(MAX_ANSWER_BYTES),
  PLANET_MAX_REPLY_BYTES: atLeastOne(MAX_REPLY_BYTES),
  PLANET_ALLOWED_ORIGINS: origins,
  PLANET_HOSTS: hosts,
  PLANET_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  PLANET_SOCKETS_PER_USER: atLeastOne(SOCKET_LIMITS.socketsPerUser),
  PLANET_SOCKETS_PER_ADDRESS: atLeastOne(SOCKET_LIMITS.socketsPerAddress),
  PLANET_OPERATIONS_PER_SOCKET: atLeastOne(SOCKET_LIMITS.operationsPerSocket),
  PLANET_MESSAGES_PER_SECOND: atLeastOne(SOCKET_LIMITS.messagesPerSecond),
  PLANET_SOCKET_BUFFER_BYTES: atLeastOne(SOCKET_LIMITS.bufferedBytes),
  PLANET_MAX_TOKEN_MINUTES: atLeastOne(MAX_TOKEN_LIFE_S / 60),
  PLANET_ALL_BUFFERS_BYTES: atLeastOne(SOCKET_LIMITS.allBufferedBytes),
  PLANET_STOP_LEAD_MS: z.coerce.number().int().min(0).max(600_000).optional(),
  OIDC_ISSUER: z.string().min(1).optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_JWKS_URL: z.url().optional(),
})

const OIDC_VARIABLES = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const

/** Where access tokens come from: `issuer` and `audience` are what the tokens must say, `jwksUrl` publishes the keys. */
export type Oidc = { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }

/** What whoever runs a gateway may choose about it. */
export type GatewayOptions = {
  readonly mode: 'development' | 'production'
  /** `apollo` is the reference: the same answers, by Apollo's own execution. */
  readonly engine: EngineName
  /** False hides the schema: no introspection, no suggestions in messages. */
  readonly introspection: boolean
  /** Browser pages of these origins may send requests and open sockets, besides our own. */
  readonly allowedOrigins: readonly string[]
  /** Hosts that requests may be for, with a port or with any, besides the names of this machine and the address listened on. */
  readonly hosts: readonly string[]
  /** Whether clients may register the text of an operation and then send its hash alone. */
  readonly persistedQueries: boolean
  /** A file or folder of operations; whom it applies to may run no other. Null: everybody may run any operation. */
  readonly safelist: { readonly path: string; readonly appliesTo: 'partner' | 'all' } | null
  /** Whether answers of 4 KiB and more are compressed for clients that take them so. */
  readonly compression: boolean
  /** Whether queries of anonymous clients that are alike and under way together are run once. */
  readonly sharePublicReads: boolean
  /** What an operation, and all operations of a minute, may cost and hold, by the kind of the caller. */
  readonly callerLimits: LimitsOfCallers
  /** Proxies in front, each of which adds to `X-Forwarded-For` whom it got a request from; 0 believes nobody. */
  readonly trustedProxies: number
  /** Of the data of one answer; a larger one is refused while it is made. */
  readonly maxAnswerBytes: number
  /** Of what one call of a subgraph brings back. */
  readonly maxReplyBytes: number
  /** From the issuing of an access token to its end; one that claims more is refused. */
  readonly maxTokenLifeS: number
  /** For so long it serves on once it is to stop, while it says that it is not ready. */
  readonly stopLeadMs: number
  /** What one client may take of the gateway over sockets; what is not named is as in `SOCKET_LIMITS`. */
  readonly socketLimits: Partial<SocketLimits>
}

export type EngineName = (typeof ENGINES)[number]

export type GatewayConfig = {
  readonly options: GatewayOptions
  readonly host: string
  readonly port: number
  /** Of `/metrics`; 0 for any, null for none. */
  readonly metricsPort: number | null
  /** Whether people get a page to try operations on. */
  readonly graphiql: boolean
  /** Null in development without an identity provider: then the development issuer stands in. */
  readonly oidc: Oidc | null
  /** Where subgraphs that run apart are, e.g. `{ posts: 'http://posts:4001/graphql' }`. */
  readonly subgraphUrls: Readonly<Partial<Record<SubgraphName, string>>>
}

/** Throws one `BrokenConfig` that names every broken variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const own = OwnEnv.safeParse(env)
  const urls = UrlEnv.safeParse(env)
  const callers = readCallerLimits(env)
  const issues = [...(own.error?.issues ?? []), ...(urls.error?.issues ?? [])].map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )
  const faults = [...issues, ...callers.faults, ...findMissingOidc(env)]
  if (!own.success || !urls.success || faults.length > 0) throw new BrokenConfig(faults)
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl, ...data } = own.data
  const isDevelopment = data.PLANET_MODE === 'development'
  const metricsPort = data.PLANET_METRICS_PORT ?? (isDevelopment ? 0 : 'off')
  return Object.freeze({
    options: Object.freeze({
      mode: data.PLANET_MODE,
      engine: data.PLANET_ENGINE,
      introspection: data.PLANET_INTROSPECTION ?? isDevelopment,
      allowedOrigins: data.PLANET_ALLOWED_ORIGINS,
      hosts: data.PLANET_HOSTS,
      persistedQueries: data.PLANET_PERSISTED_QUERIES,
      safelist: data.PLANET_SAFELIST ? { path: data.PLANET_SAFELIST, appliesTo: data.PLANET_SAFELIST_FOR } : null,
      compression: data.PLANET_COMPRESSION,
      sharePublicReads: data.PLANET_SHARE_PUBLIC_READS,
      callerLimits: callers.limits,
      trustedProxies: data.PLANET_TRUSTED_PROXIES,
      maxAnswerBytes: data.PLANET_MAX_ANSWER_BYTES,
      maxReplyBytes: data.PLANET_MAX_REPLY_BYTES,
      maxTokenLifeS: data.PLANET_MAX_TOKEN_MINUTES * 60,
      stopLeadMs: data.PLANET_STOP_LEAD_MS ?? (isDevelopment ? 0 : STOP_LEAD_MS),
      socketLimits: Object.freeze({
        socketsPerUser: data.PLANET_SOCKETS_PER_USER,
        socketsPerAddress: data.PLANET_SOCKETS_PER_ADDRESS,
        operationsPerSocket: data.PLANET_OPERATIONS_PER_SOCKET,
        messagesPerSecond: data.PLANET_MESSAGES_PER_SECOND,
        bufferedBytes: data.PLANET_SOCKET_BUFFER_BYTES,
        allBufferedBytes: data.PLANET_ALL_BUFFERS_BYTES,
      }),
    }),
    host: data.HOST,
    port: data.PORT,
    metricsPort: metricsPort === 'off' ? null : metricsPort,
    graphiql: data.PLANET_GRAPHIQL ?? isDevelopment,
    oidc: issuer !== undefined && audience !== undefined && jwksUrl !== undefined ? { issuer, audience, jwksUrl } : null,
    subgraphUrls: Object.fromEntries(
      SUBGRAPHS.map((name) => [name, urls.data[urlVariable(name)]]).filter(([, url]) => url !== undefined),
    ),
  })
}

/** Production has no issuer of its own, and one of the three variables means nothing without the others. */
function findMissingOidc(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const isNeeded = env.PLANET_MODE === 'production' || OIDC_VARIABLES.some((name) => env[name] !== undefined)
  return isNeeded
    ? OIDC_VARIABLES.filter((name) => env[name] === undefined).map(
        (name) => `${name}: is needed in production and together with its like`,
      )
    : []
}
