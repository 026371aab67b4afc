import type { KeyObject } from 'node:crypto'
import { type GatewayConfig, readConfig } from '@planet/gateway/config'
import { BrokenConfig } from '@planet/runtime/broken-config'
import { EVENTS_KEPT_MS } from '@planet/runtime/event-log/expiry'
import { parseSigningKey, parseVerifyingKey } from '@planet/runtime/viewer-keys'
import { z } from 'zod'

const HOUR_MS = 3_600_000
/** What clients are promised. */
const LEAST_HOURS = EVENTS_KEPT_MS / HOUR_MS

function notAKey(context: z.RefinementCtx, what: string): never {
  context.addIssue({ code: 'custom', message: `Must be ${what} in base64, as \`planet keys\` makes it.` })
  return z.NEVER
}

const Env = z.object({
  PLANET_HOME: z.string().min(1).default('.planet'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PLANET_CLOCK: z.enum(['replay', 'wall']).default('replay'),
  PLANET_CLOCK_SPEED: z.coerce.number().positive().max(86_400).default(60),
  PLANET_SANDBOX_DAYS: z.coerce.number().int().min(7).max(60).default(30),
  PLANET_MARKET_DATA: z.string().min(1).optional(),
  PLANET_EVENTS_KEPT_HOURS: z.coerce
    .number()
    .min(LEAST_HOURS)
    .max(24 * 366)
    .default(LEAST_HOURS),
  PLANET_EVENTS_ARCHIVE: z.string().min(1).optional(),
  PLANET_MUTATION_RATE_FACTOR: z.coerce.number().int().min(1).max(1_000_000).default(1),
  PLANET_LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug']).default('warn'),
  PLANET_VIEWER_PRIVATE_KEY: z
    .string()
    .transform((text, context) => parseSigningKey(text) ?? notAKey(context, 'an Ed25519 private key'))
    .optional(),
  PLANET_VIEWER_PUBLIC_KEYS: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().transform((text, context) => parseVerifyingKey(text) ?? notAKey(context, 'an Ed25519 public key'))))
    .refine((keys) => keys.length <= 2, 'Must be one key, or two while the gateway changes its own.')
    .optional(),
  PLANET_ATTRIBUTION_SECRET: z
    .string()
    .regex(/^[0-9a-f]{64,}$/, 'Must be at least 32 bytes in hexadecimal.')
    .optional(),
})

export type PlatformConfig = {
  readonly home: string
  /** Null: the embedded Postgres. */
  readonly databaseUrl: string | null
  readonly clock: 'replay' | 'wall'
  /** Seconds of the market per second of the machine, once the sandbox is seeded. */
  readonly clockSpeed: number
  /** Days of the market that a fresh sandbox plays before it is ready. */
  readonly sandboxDays: number
  /** A folder of CSV files instead of the market data that comes with the packages. */
  readonly marketData: string | null
  /** How long an event can be read at least, in milliseconds. */
  readonly eventsKeptMs: number
  /** The folder of facts that were put away; null where none were. */
  readonly eventsArchive: string | null
  /** So many times the declared rates of mutations are allowed. */
  readonly mutationRateFactor: number
  readonly logLevel: string
  /** With which a gateway that runs apart signs viewers. Null: that of this home. */
  readonly viewerPrivateKey: KeyObject | null
  /** With which a subgraph that runs apart verifies viewers. Null: that of this home. */
  readonly viewerPublicKeys: readonly KeyObject[] | null
  /** Null: one of this home's own. */
  readonly attributionSecret: Uint8Array | null
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws one `BrokenConfig` that names every broken variable of the platform's own. */
export function readPlatformConfig(env: Environment): PlatformConfig {
  const parsed = Env.safeParse(env)
  if (!parsed.success) throw new BrokenConfig(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
  const data = parsed.data
  return Object.freeze({
    home: data.PLANET_HOME,
    databaseUrl: data.DATABASE_URL ?? null,
    clock: data.PLANET_CLOCK,
    clockSpeed: data.PLANET_CLOCK_SPEED,
    sandboxDays: data.PLANET_SANDBOX_DAYS,
    marketData: data.PLANET_MARKET_DATA ?? null,
    eventsKeptMs: data.PLANET_EVENTS_KEPT_HOURS * HOUR_MS,
    eventsArchive: data.PLANET_EVENTS_ARCHIVE ?? null,
    mutationRateFactor: data.PLANET_MUTATION_RATE_FACTOR,
    logLevel: data.PLANET_LOG_LEVEL,
    viewerPrivateKey: data.PLANET_VIEWER_PRIVATE_KEY ?? null,
    viewerPublicKeys: data.PLANET_VIEWER_PUBLIC_KEYS ?? null,
    attributionSecret: data.PLANET_ATTRIBUTION_SECRET ? Buffer.from(data.PLANET_ATTRIBUTION_SECRET, 'hex') : null,
  })
}

/** As `readPlatformConfig`, with what the gateway reads itself: the error names every broken variable of both. */
export function readConfigs(env: Environment): { readonly config: PlatformConfig; readonly gatewayConfig: GatewayConfig } {
  const faults: string[] = []
  const read = <Config>(from: (env: Environment) => Config): Config | null => {
    try {
      return from(env)
    } catch (error) {
      if (!(error instanceof BrokenConfig)) throw error
      faults.push(...error.faults)
      return null
    }
  }
  const config = read(readPlatformConfig)
  const gatewayConfig = read(readConfig)
  if (!config || !gatewayConfig) throw new BrokenConfig(faults)
  return { config, gatewayConfig }
}
