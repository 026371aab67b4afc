import type { Work } from '@planet/runtime/slices'
import type { JsonObject } from '../plain-data.ts'

/** Entities between two looks at whether the rest is for later; a power of two. */
export const VISITS_PER_LOOK = 256

/**
 * Entities to be asked for in one `_entities` field: each text once, with all objects that its answer goes to. They are
 * collected in slices where there are many: after a pause the walk to them begins anew, and passes over those before.
 */
export class EntityBatch {
  readonly indexOf = new Map<string, number>()
  readonly representations: string[] = []
  /** Objects and, beside each, the index of its representation. */
  readonly targets: JsonObject[] = []
  readonly indices: number[] = []
  /** What generated code knows some of the entities by, for each form of representations. */
  readonly known = new Map<string, Map<string, unknown>>()
  /** Entities of the present walk so far, and those that earlier walks to them have done. */
  visited = 0
  done = 0
  isPaused = false
  readonly #work: Work | null

  /** Without `work` nothing is for later. */
  constructor(work: Work | null) {
    this.#work = work
  }

  /** Ends the collection for now, after this entity, if its slice is over. */
  look(): void {
    if (!this.#work?.isDue(VISITS_PER_LOOK)) return
    this.done = this.visited
    this.isPaused = true
  }

  /** Begins a walk: the one that was paused once more, or another. */
  begin(isOther: boolean): void {
    if (isOther) this.done = 0
    this.visited = 0
    this.isPaused = false
  }
}

export function knownIn({ known }: EntityBatch, form: string): Map<string, unknown> {
  const found = known.get(form) ?? new Map<string, unknown>()
  known.set(form, found)
  return found
}
