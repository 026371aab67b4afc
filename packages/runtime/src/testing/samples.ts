import { readFileSync } from 'node:fs'
import type { JsonObject } from '../event-log/event.ts'

/** Of each version of each type an event as it is stored, the newest last; held to the registry by its test. */
const SAMPLES: Readonly<Record<string, readonly JsonObject[]>> = JSON.parse(
  readFileSync(new URL('../events/samples.json', import.meta.url), 'utf8'),
)

/** An event of `type` as it is stored. Throws for one that is not in the registry. */
export function sampleOf(type: string): JsonObject {
  const newest = SAMPLES[type]?.at(-1)
  if (!newest) throw new Error(`${type} is not in the registry of events`)
  return newest
}
