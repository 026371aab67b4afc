import type { Collect, Merge } from './compiling/entities.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import type { Represent } from './compiling/representations.ts'
import type { EntityFetch } from './compiling/schedule.ts'
import type { TypeTest } from './compiling/type-tests.ts'
import type { RequestText } from './request-text.ts'

/** A plan made ready to run. */
export type CompiledPlan = {
  readonly requests: readonly CompiledRequest[]
  readonly types: TypeTest
}

export type CompiledRequest = {
  readonly service: string
  /** How many requests it waits for. */
  readonly waits: number
  /** Positions of the requests that wait for it. */
  readonly dependents: readonly number[]
  readonly work: { readonly kind: 'root'; readonly step: FetchStep; readonly text: RequestText } | EntityWork
}

export type EntityWork = {
  readonly kind: 'entities'
  readonly fields: readonly CompiledField[]
  readonly textOf: TextOf
  readonly alone: Alone
}

/** One step of a request as a request of its own. */
export type Alone = (step: FetchStep) => CompiledField & { readonly text: RequestText }

/** The text for those of a request's fields that have entities. */
export type TextOf = (positions: readonly number[]) => RequestText

export type CompiledField = {
  readonly fetches: readonly CompiledFetch[]
  readonly merge: Merge
  readonly variables: readonly string[]
}

export type CompiledFetch = {
  readonly fetch: EntityFetch
  readonly collect: Collect
  readonly represent: Represent
  /** Its position among all fetches of the plan. */
  readonly position: number
  /** The fetch whose entities the collection starts at; null starts at the data. */
  readonly startsAt: number | null
}
