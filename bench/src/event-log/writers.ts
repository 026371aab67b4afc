/**
 * `writers.ts TREE URL`: a process that tells events and relays them, with the sources of another tree of this repository, in a
 * database of its own. Writes for as long as its parent says each time, then until all of it is positioned.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Tx } from '@planet/runtime/database'
import type { JsonObject, NewEvent } from '@planet/runtime/event-log/event'
import { type Id, newId } from '@planet/runtime/ids'
import { silentLog } from '@planet/runtime/log'
import { sampleOf } from '@planet/runtime/testing/samples'

const WRITERS = 16
const USERS = 10_000

export type Slice = { readonly seconds: number }
export type Written = { readonly events: number; readonly seconds: number }

const [, , tree = '', url = ''] = process.argv
const fileOf = (name: string) => join(tree, 'packages/runtime/src', name)
const from = (name: string): Promise<unknown> => import(pathToFileURL(fileOf(name)).href)

// What is called of it is alike in both trees.
const { openDatabase, ensureRoleAndSchema, roleOf } = (await from('database.ts')) as typeof import('@planet/runtime/database')
const { migrateEventLog, RELAY_ROLE } = (await from('event-log/schema.ts')) as typeof import('@planet/runtime/event-log/schema')
const { createRelay } = (await from('event-log/relay.ts')) as typeof import('@planet/runtime/event-log/relay')

type Touch = { readonly touchId: Id<'Touch'>; readonly userId: Id<'User'>; readonly at: Date }
const TYPE = 'incentives.TouchRecorded'

/** Tells of a touch as the tree does: by the registry, or by what is stored where it has none. */
async function emitOf(): Promise<(tx: Tx, touch: Touch) => Promise<void>> {
  if (existsSync(fileOf('events/registry.ts'))) {
    const { emit } = (await from('event-log/append.ts')) as typeof import('@planet/runtime/event-log/append')
    const { decodePayload } = (await from('event-log/payload.ts')) as typeof import('@planet/runtime/event-log/payload')
    const { TouchRecorded } = (await from('events/incentives.ts')) as typeof import('@planet/runtime/events/incentives')
    const samples = JSON.parse(readFileSync(fileOf('events/samples.json'), 'utf8')) as Record<string, JsonObject[]>
    const sample = decodePayload(TouchRecorded, { pos: 0n, payload: samples[TYPE]?.at(-1) ?? {} })
    return (tx, touch) => emit(tx, TouchRecorded, touch.at, { ...sample, ...touch })
  }
  const { emit } = (await from('event-log/log.ts')) as { readonly emit: (tx: Tx, event: NewEvent) => Promise<void> }
  const sample = sampleOf(TYPE)
  return (tx, { at, ...ids }) =>
    emit(tx, { stream: `user:${ids.userId}`, type: TYPE, at, payload: { ...sample, ...ids, at: at.toISOString() } })
}

await migrateEventLog(url)
await ensureRoleAndSchema(url, 'incentives')
const emit = await emitOf()
const database = openDatabase({ url, role: roleOf('incentives'), audience: 'interactive', maxConnections: WRITERS })
const positioning = openDatabase({ url, role: RELAY_ROLE, audience: 'relay', maxConnections: 2 })
const users = Array.from({ length: USERS }, () => newId<'User'>(new Date()))
let count = 0

async function write(seconds: number): Promise<Written> {
  const stop = new AbortController()
  const relay = createRelay(positioning, silentLog)
  const relaying = relay.run(stop.signal)
  const before = count
  const beganAt = performance.now()
  const writer = async () => {
    while (performance.now() - beganAt < 1000 * seconds) {
      const at = new Date()
      const userId = users[count++ % USERS] ?? newId<'User'>(at)
      const touch = { touchId: newId<'Touch'>(at), userId, at }
      await database.db.transaction((tx) => emit(tx, touch))
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  await relay.idle()
  const written = { events: count - before, seconds: (performance.now() - beganAt) / 1000 }
  stop.abort()
  await relaying
  return written
}

process.on('message', ({ seconds }: Slice) => void write(seconds).then((written) => process.send?.(written)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
