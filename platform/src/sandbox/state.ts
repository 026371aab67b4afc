import type { Database } from '@planet/runtime/database'
import type { SandboxPost } from './publishing.ts'

/** How far the sandbox has come. It is written when a day is complete, so that a restart goes on with the next one. */
export type SandboxState = {
  readonly clockAt: Date
  /** The last completed day, ISO date. */
  readonly day: string
  readonly circleId: string
  /** Posts that readers still react to. */
  readonly recentPosts: readonly SandboxPost[]
  /** What the example operations show. */
  readonly featured: { readonly postId: string; readonly sessionId: string }
}

const TABLE = `
  create schema if not exists sandbox;
  create table if not exists sandbox.state (
    singleton boolean primary key default true check (singleton),
    clock_at timestamptz(3) not null,
    progress jsonb not null
  )`

/** Null before the sandbox was seeded. `database` must belong to the user of the URL. */
export async function findSandboxState({ sql }: Database): Promise<SandboxState | null> {
  const [schema] = await sql`select from pg_namespace where nspname = 'sandbox'`
  if (!schema) return null
  const [row] = await sql<{ clockAt: string; progress: Omit<SandboxState, 'clockAt'> }[]>`
    select (extract(epoch from clock_at) * 1000)::bigint::text as "clockAt", progress from sandbox.state`
  return row ? { ...row.progress, clockAt: new Date(Number(row.clockAt)) } : null
}

export async function saveSandboxState({ sql }: Database, { clockAt, ...progress }: SandboxState): Promise<void> {
  await sql.unsafe(TABLE)
  await sql`
    insert into sandbox.state (clock_at, progress) values (${clockAt.toISOString()}::text::timestamptz, ${JSON.stringify(progress)}::text::jsonb)
    on conflict (singleton) do update set clock_at = excluded.clock_at, progress = excluded.progress`
}

/** The clock goes on between days; a restart begins where it stood. */
export async function saveClock({ sql }: Database, clockAt: Date): Promise<void> {
  await sql`update sandbox.state set clock_at = greatest(clock_at, ${clockAt.toISOString()}::text::timestamptz)`
}
