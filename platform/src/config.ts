import { z } from 'zod'

const Env = z.object({
  PLANET_HOME: z.string().min(1).default('.planet'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PLANET_CLOCK: z.enum(['replay', 'wall']).default('replay'),
  PLANET_CLOCK_SPEED: z.coerce.number().positive().max(86_400).default(60),
  PLANET_MARKET_DATA: z.string().min(1).optional(),
  PLANET_LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug']).default('warn'),
  PLANET_VIEWER_SECRET: z
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
  /** A folder of CSV files instead of the market data that comes with the packages. */
  readonly marketData: string | null
  readonly logLevel: string
  /** Null: one of this home's own. */
  readonly viewerSecret: Uint8Array | null
}

/** Throws one error that names every broken variable. The gateway reads its own variables itself. */
export function readPlatformConfig(env: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const parsed = Env.safeParse(env)
  if (!parsed.success) {
    throw new Error(
      ['The configuration is broken:', ...parsed.error.issues.map(({ path, message }) => `- ${path.join('.')}: ${message}`)].join(
        '\n',
      ),
    )
  }
  const data = parsed.data
  return Object.freeze({
    home: data.PLANET_HOME,
    databaseUrl: data.DATABASE_URL ?? null,
    clock: data.PLANET_CLOCK,
    clockSpeed: data.PLANET_CLOCK_SPEED,
    marketData: data.PLANET_MARKET_DATA ?? null,
    logLevel: data.PLANET_LOG_LEVEL,
    viewerSecret: data.PLANET_VIEWER_SECRET ? Buffer.from(data.PLANET_VIEWER_SECRET, 'hex') : null,
  })
}
