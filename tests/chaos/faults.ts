import { setTimeout as delay } from 'node:timers/promises'
import { signalTo } from '@planet/runtime/embedded-postgres/processes'
import postgres from 'postgres'
import type { Stage } from './stage.ts'

/** Between two faults, so that they meet the recovery from those before as well as the calm after it. */
const MAX_CALM_MS = 800
/** Sessions that are ended by one fault. */
const VICTIMS = 5

export type Fault = 'gateway' | 'posts' | 'creators' | 'relay' | 'sessions' | 'crash' | 'cut'

/** How often each kind comes in one round, in an order of chance. */
const ROUND: Readonly<Record<Fault, number>> = { gateway: 1, posts: 1, creators: 1, relay: 2, sessions: 2, crash: 1, cut: 3 }

export const FAULTS_PER_ROUND = Object.values(ROUND).reduce((sum, count) => sum + count)

/** Breaks the stage, one fault after the other, for `rounds` rounds; returns when everything was started again. */
export async function breakThings(stage: Stage, rounds: number): Promise<Record<Fault, number>> {
  const done: Record<Fault, number> = { gateway: 0, posts: 0, creators: 0, relay: 0, sessions: 0, crash: 0, cut: 0 }
  const admin = postgres(stage.postgres.url, { max: 1, onnotice: () => {}, connection: { application_name: 'chaos' } })

  /** The processes of the database that serve somebody else, at random; none while the database is away itself. */
  const victims = async (applications: string, count: number): Promise<number[]> => {
    const rows = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity where backend_type = 'client backend' and application_name like ${applications}
      order by random() limit ${count}`.catch(() => [])
    return rows.map(({ pid }) => pid)
  }
  const inject: Readonly<Record<Fault, () => Promise<unknown>>> = {
    gateway: () => stage.restart('gateway'),
    posts: () => stage.restart('posts'),
    creators: () => stage.restart('creators'),
    relay: async () => endAll(await victims('planet relay', 100)),
    sessions: async () => endAll(await victims('planet %', VICTIMS)),
    // The server ends all its sessions and recovers from its log.
    crash: async () => (await victims('planet %', 1)).map((pid) => signalTo(pid, 'SIGKILL')),
    cut: async () => stage.proxy.cut(),
  }
  const endAll = (pids: readonly number[]) =>
    Promise.all(pids.map((pid) => admin`select pg_terminate_backend(${pid})`.catch(() => {})))

  // The literal above names all of them.
  const kinds = Object.keys(ROUND) as Fault[]
  try {
    for (let round = 0; round < rounds; round++) {
      const faults = kinds.flatMap((kind) => Array.from({ length: ROUND[kind] }, () => ({ kind, order: Math.random() })))
      for (const { kind } of faults.sort((a, b) => a.order - b.order)) {
        await inject[kind]()
        done[kind] += 1
        await delay(Math.random() * MAX_CALM_MS)
      }
    }
  } finally {
    await admin.end({ timeout: 5 })
  }
  return done
}
