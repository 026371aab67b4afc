import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { codedError } from './errors.ts'

/** From this share of the heap on, nothing new is begun. */
const FULL_AT = 0.8
/** Below this share, new work is taken again. */
const RELAXED_AT = 0.65
/** From this share on, large work that is under way is given up too: what is left may be needed within one slice. */
const CRITICAL_AT = 0.9
const SAMPLE_MS = 100
/** How long a heap may stay full before it is collected: where nothing is begun, nothing makes V8 do so. */
const COLLECT_EVERY_MS = 2_000

/** How full the heap of this process is. */
export type HeapLevel = 'relaxed' | 'full' | 'critical'

/** The level after `before`, for the share of the heap that is in use. */
export function nextLevel(before: HeapLevel, share: number): HeapLevel {
  if (share >= CRITICAL_AT) return 'critical'
  if (share >= FULL_AT || (before !== 'relaxed' && share >= RELAXED_AT)) return 'full'
  return 'relaxed'
}

let level: HeapLevel = 'relaxed'
let collectedAt = Number.NEGATIVE_INFINITY

/** As it was when it was last looked at. */
export const heapLevel = (): HeapLevel => level

/** Characters of an answer from which on it is given up where memory runs out: small ones are soon over. */
const LARGE = 64 * 1024

/** Whether an answer that has so many characters so far must be given up for lack of memory. */
export const hasNoRoomFor = (characters: number): boolean => characters > LARGE && level === 'critical'

/** Looks at the heap. Takes some microseconds. */
export function lookAtHeap(): void {
  level = nextLevel(level, usedShare())
}

/** How much of the old space is in use: what is young comes and goes, and has room of its own. */
export function usedShare(): number {
  let used = 0
  for (const { space_name: name, space_used_size: size } of getHeapSpaceStatistics()) {
    if (!name.startsWith('new_')) used += size
  }
  return used / OLD_SPACE_BYTES
}

/** The most that the young space takes of the limit that V8 tells. */
const YOUNG_BYTES = 192 * 1024 * 1024
const OLD_SPACE_BYTES = givenOldSpaceBytes() ?? getHeapStatistics().heap_size_limit - YOUNG_BYTES

/** As the process was started with; null if V8 chose. The last of several counts. */
function givenOldSpaceBytes(): number | null {
  const flags = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ')
  const [, mb] = [...flags.matchAll(/--max[-_]old[-_]space[-_]size=(\d+)/g)].at(-1) ?? []
  return mb === undefined || mb === '0' ? null : Number(mb) * 1024 * 1024
}

/** Looks at the heap regularly, and lets go what is dead in a full one, until it is told to stop. */
export function watchHeap(): () => void {
  const timer = setInterval(() => {
    lookAtHeap()
    const now = performance.now()
    if (level === 'relaxed' || now - collectedAt < COLLECT_EVERY_MS) return
    collectGarbage()
    collectedAt = performance.now()
    lookAtHeap()
  }, SAMPLE_MS).unref()
  return () => clearInterval(timer)
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  // The function that V8 exposes to new contexts from then on.
  const collect = runInNewContext('gc') as () => void
  collect()
}

/** For an operation that there is no room for. */
export const overloaded = () => codedError('UNAVAILABLE', 'The platform is too busy at the moment. Try again in a second.')
