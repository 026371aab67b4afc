import type { GraphQLSchema } from 'graphql'
import { type GeneratedWriter, generateWriter, type Writer } from './answers/writer.ts'
import type { CompiledFetch, CompiledField, CompiledPlan, CompiledRequest, TextOf } from './compiled-plan.ts'
import { createCode } from './compiling/code.ts'
import { generateCollect } from './compiling/collects.ts'
import {
  type Collect,
  createCollect,
  createFetchRepresent,
  createMerge,
  generateMerge,
  type Merge,
} from './compiling/entities.ts'
import type { FetchStep } from './compiling/fetch-steps.ts'
import type { ResponseTree } from './compiling/response-tree.ts'
import { type EntityFetch, type EntityField, fieldOfStep, type PlannedRequest, scheduleRequests } from './compiling/schedule.ts'
import type { PossibleTypes, TypeTest } from './compiling/type-tests.ts'
import { pathKey } from './planning/fetch-paths.ts'
import { entitiesText, type Meeting, meetingOf, type RequestText, rootText } from './request-text.ts'

export type CompileOptions = {
  /** One request per subgraph and level; else one per fetch. */
  readonly merge: boolean
  /** False where code must not be generated: the same is then done step by step. */
  readonly generate: boolean
  /** Characters of an answer after which another piece of it begins. */
  readonly pieceLength: number
}

/** What is known of the graph, for all operations. */
export type Graph = {
  /** Types of the subgraphs, inaccessible ones included. */
  readonly types: TypeTest
  /** Types of the API. */
  readonly apiTypes: TypeTest
  readonly schema: GraphQLSchema
  readonly possibleTypes: PossibleTypes
}

export type CompiledOperation = {
  readonly plan: CompiledPlan
  /** Null where code must not be generated. */
  readonly writer: (Writer & Pick<GeneratedWriter, 'variables' | 'introspections'>) | null
  /** Characters of generated code and of requests. */
  readonly size: number
}

/** Makes the fetches and the shape of an answer ready to run. */
export function compileOperation(
  steps: readonly FetchStep[],
  tree: ResponseTree,
  graph: Graph,
  options: CompileOptions,
): CompiledOperation {
  const requests = scheduleRequests(steps, options)
  const fetches = fetchesOf(requests)
  const code = options.generate ? createCode() : null
  const walks = planWalks(fetches, requests, steps, options)
  const shared = sharedPaths(fetches, walks)
  const generated = code && generateWriter(code, tree, steps, graph.apiTypes, graph.possibleTypes, shared, options.pieceLength)
  const slotsAt = generated?.slotsAt ?? noSlots
  const names =
    code && fetches.map(({ fetch }, index) => generateCollect(code, fetch, walkOf(fetch, walks, index), graph.types, slotsAt))
  const merges = code && allFields(requests).map((field) => generateMerge(code, field, graph.types, slotsAt))
  // Names of constants need no function: they are in scope of what is built.
  const built = code?.build<Record<string, unknown>>([...(names ?? []), ...(merges ?? []), ...(generated?.exports ?? [])])

  const meeting = options.generate ? meetingOf(steps, slotsAt) : null
  let position = 0
  let fieldPosition = 0
  const compiled = requests.map((request, index): CompiledRequest => {
    const dependents = requests.flatMap((other, at) => (other.after.includes(index) ? [at] : []))
    const base = { service: request.service, waits: request.after.length, dependents }
    if (request.work.kind === 'root') {
      const { step } = request.work
      return { ...base, work: { kind: 'root', step, text: rootText(step, meeting) } }
    }
    const fields = request.work.fields.map((field) => {
      const mergeName = merges?.[fieldPosition++]
      // `generateMerge` and `generateCollect` declare functions of these types.
      const merge = mergeName ? (built?.[mergeName] as Merge) : createMerge(field, graph.types)
      return {
        merge,
        variables: [...new Set(field.fetches.flatMap((fetch) => fetch.steps.flatMap((step) => step.variables)))],
        fetches: field.fetches.map((fetch): CompiledFetch => {
          const at = position++
          const name = names?.[at]
          return {
            fetch,
            position: at,
            startsAt: name ? (walks[at]?.from ?? null) : null,
            collect: name ? (built?.[name] as Collect) : createCollect(fetch, graph.types),
            represent: createFetchRepresent(fetch, graph.types),
          }
        }),
      }
    })
    const alone = (step: FetchStep) => compiledAlone(step, graph.types)
    return { ...base, work: { kind: 'entities', fields, textOf: textsOf(request.work.fields, meeting), alone } }
  })
  return {
    plan: { requests: compiled, types: graph.types },
    writer: generated && built ? { ...(built as unknown as Writer), ...generated } : null,
    size: (code?.size() ?? 0) + steps.reduce((sum, step) => sum + step.operation.length, 0),
  }
}

const noSlots = () => []

/** A path that goes through no list leads to one object only. */
const sharedPaths = (fetches: readonly PlacedFetch[], walks: readonly PlannedWalk[]): ReadonlySet<string> =>
  new Set(fetches.flatMap(({ fetch: { path } }, index) => (walks[index]?.isShared && path.includes('@') ? [pathKey(path)] : [])))

const allFields = (requests: readonly PlannedRequest[]): readonly EntityField[] =>
  requests.flatMap(({ work }) => (work.kind === 'entities' ? work.fields : []))

type PlacedFetch = { readonly fetch: EntityFetch; readonly request: number }

const fetchesOf = (requests: readonly PlannedRequest[]): readonly PlacedFetch[] =>
  requests.flatMap(({ work }, request) =>
    work.kind === 'entities' ? work.fields.flatMap((field) => field.fetches.map((fetch) => ({ fetch, request }))) : [],
  )

/** Made when it is needed, which is after a request was refused. */
function compiledAlone(step: FetchStep, types: TypeTest): CompiledField & { readonly text: RequestText } {
  const field = fieldOfStep(step)
  return {
    text: entitiesText([field], null),
    merge: createMerge(field, types),
    variables: step.variables,
    fetches: field.fetches.map((fetch) => ({
      fetch,
      position: 0,
      startsAt: null,
      collect: createCollect(fetch, types),
      represent: createFetchRepresent(fetch, types),
    })),
  }
}

/** Texts for the subsets of fields that occur; there are few, but a bound must be. In characters: nobody counts these. */
const MAX_TEXTS = 32
const MAX_TEXTS_LENGTH = 64_000

function textsOf(fields: readonly EntityField[], meeting: Meeting): TextOf {
  const texts = new Map<string, RequestText>()
  let length = 0
  return (positions) => {
    const key = positions.join()
    const known = texts.get(key)
    if (known) return known
    const made = entitiesText(
      positions.flatMap((position) => fields[position] ?? []),
      meeting,
    )
    // The first is mostly the one for all fields.
    if (texts.size === 0 || (texts.size < MAX_TEXTS && length + made.query.length <= MAX_TEXTS_LENGTH)) {
      texts.set(key, made)
      length += made.query.length
    }
    return made
  }
}

/** `from` is the fetch whose entities a collection may start at, null for the data. */
type PlannedWalk = {
  readonly isShared: boolean
  readonly isSource: boolean
  readonly from: number | null
  readonly skipped: number
}

function walkOf(fetch: EntityFetch, walks: readonly PlannedWalk[], index: number) {
  const walk = walks[index]
  const skipped = walk?.from === null || walk === undefined ? 0 : walk.skipped
  return {
    path: fetch.path.slice(skipped),
    isFromList: skipped > 0,
    isShared: walk?.isShared ?? false,
    isSource: walk?.isSource ?? false,
  }
}

/**
 * Where equal entities of a path are replaced by one of them, later fetches start from that one. A path qualifies if all
 * that is known of its entities before they are fetched is part of what identifies them, and if each of its fetches finds all of
 * them there.
 */
function planWalks(
  fetches: readonly PlacedFetch[],
  requests: readonly PlannedRequest[],
  steps: readonly FetchStep[],
  options: CompileOptions,
): readonly PlannedWalk[] {
  const earlier = requests.map(() => new Set<number>())
  // Requests are in no order of time, so what is before what is found by repetition.
  for (let changed = true; changed; ) {
    changed = false
    for (const [index, request] of requests.entries()) {
      const known = earlier[index]
      for (const before of request.after.flatMap((each) => [each, ...(earlier[each] ?? [])])) {
        if (known && !known.has(before)) {
          known.add(before)
          changed = true
        }
      }
    }
  }
  // A fetch that meets others of its path for the first time must not put those in place of what an earlier one has filled.
  const meetAll = (key: string) => {
    const own = fetches.filter(({ fetch }) => pathKey(fetch.path) === key)
    return own.length === 1 || own.every(({ fetch, request }) => sees(fetch, request, steps, requests, earlier))
  }
  const isShared = fetches.map(
    ({ fetch }) => options.merge && options.generate && mayShare(fetch, steps) && meetAll(pathKey(fetch.path)),
  )
  return fetches.map(({ fetch, request }, index) => {
    let from: number | null = null
    let skipped = 0
    for (const [other, { fetch: source, request: sourceRequest }] of fetches.entries()) {
      const isPrefix = source.path.length <= fetch.path.length && source.path.every((part, at) => part === fetch.path[at])
      if (!isShared[other] || !isPrefix || source.path.length <= skipped || source.conditions.length > 0) continue
      if (!earlier[request]?.has(sourceRequest) || !sees(source, sourceRequest, steps, requests, earlier)) continue
      from = other
      skipped = source.path.length
    }
    const isSource = isShared[index] ?? false
    return { isShared: isSource && skipped < fetch.path.length, isSource, from, skipped }
  })
}

/** Whether everything that may put entities at the path of `source` is over when it collects them. */
function sees(
  source: EntityFetch,
  sourceRequest: number,
  steps: readonly FetchStep[],
  requests: readonly PlannedRequest[],
  earlier: readonly ReadonlySet<number>[],
): boolean {
  const key = pathKey(source.path)
  const isOver = (step: FetchStep) =>
    requests.some(({ work }, index) => {
      const holds =
        work.kind === 'root'
          ? work.step === step
          : work.fields.some((field) => field.fetches.some((each) => each.steps.includes(step)))
      return holds && earlier[sourceRequest]?.has(index)
    })
  return source.unless === null && steps.every((step) => !step.writes.has(key) || isOver(step))
}

function mayShare(fetch: EntityFetch, steps: readonly FetchStep[]): boolean {
  if (fetch.unless !== null || fetch.inputRewrites.length > 0 || fetch.outputRewrites.length > 0) return false
  const key = pathKey(fetch.path)
  const fragments = fetch.requires
  for (const step of steps) {
    if (pathKey(step.path) === key && step.requires) continue
    for (const [path, kind] of step.writes) {
      if (!path.startsWith(`${key}.`) || path.includes('.', key.length + 1)) continue
      const name = path.slice(key.length + 1)
      const isIdentifying = fragments.every(
        (fragment) =>
          fragment.kind === 'InlineFragment' &&
          fragment.selections.some(
            (field) => field.kind === 'Field' && !field.selections && (field.alias ?? field.name) === name,
          ),
      )
      if (kind === 'object' || !isIdentifying) return false
    }
  }
  return true
}
