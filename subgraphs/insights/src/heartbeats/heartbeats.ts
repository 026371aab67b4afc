import type { Db } from '@planet/runtime/database'
import type { Id } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import { createRounds } from '@planet/runtime/rounds'
import type { Worker } from '@planet/runtime/subgraph'
import { mergeHeardMinutes } from './db/heard-minute-writes.ts'
import { type HeardMinute, halfMinuteOf, mergeMinutes, minuteOf } from './domain/heartbeat.ts'

/** Between two rounds of storing. */
const ROUND_MS = 5_000
/** Devices that are heard in a half minute; beyond them one is heard in the next. */
const MAX_DEVICES = 100_000
/** Minutes kept until they are stored, which is longer only while the database is away. */
const MAX_PENDING = 200_000
const BATCH = 5_000

/** Who has the product open, as far as this process was told since the last round. */
export type Heartbeats = {
  /** Hears the device, unless it was heard in this half minute. */
  hear(userId: Id<'User'>, deviceId: string, isIdle: boolean): void
  /** Stores what was heard, all of a round at once. */
  readonly worker: Worker
}

/**
 * Heartbeats are of people at their machines, so they are kept by `machineNow` and not by the platform's clock, which may
 * replay a market. What replicas hear of a minute adds up in its row, so it does not matter which of them was told.
 */
export function createHeartbeats(options: {
  readonly db: Db
  readonly machineNow: () => Date
  readonly log: Logger
}): Heartbeats {
  const { db, machineNow, log } = options
  const devices = new Set<string>()
  let halfMinute = 0
  let pending = new Map<string, HeardMinute>()

  const add = (heard: HeardMinute) => {
    const key = `${heard.userId} ${heard.minute.getTime()}`
    const known = pending.get(key)
    if (known) pending.set(key, mergeMinutes(known, heard))
    else if (pending.size < MAX_PENDING) pending.set(key, heard)
  }

  const store = async () => {
    const heard = [...pending.values()]
    pending = new Map()
    for (let i = 0; i < heard.length; i += BATCH) {
      try {
        await mergeHeardMinutes(db, heard.slice(i, i + BATCH))
      } catch (error) {
        for (const one of heard.slice(i)) add(one)
        throw error
      }
    }
  }

  /** What one that fails did not store is stored by the next. */
  const runRound = async () => {
    try {
      await store()
    } catch (error) {
      log.warn({ err: error }, 'heartbeats could not be stored; trying again')
    }
  }

  return {
    hear(userId, deviceId, isIdle) {
      const at = machineNow()
      const now = halfMinuteOf(at)
      if (now !== halfMinute) devices.clear()
      halfMinute = now
      const device = `${userId} ${deviceId}`
      if (devices.has(device) || devices.size >= MAX_DEVICES) return
      devices.add(device)
      add(minuteOf({ userId, at, isIdle }))
    },
    worker: createRounds('heartbeats', ROUND_MS, runRound),
  }
}
