import { type GraphQLResolveInfo, locatedError } from 'graphql'
import { type FieldPlan, isPromise, type Path, type Run, type Selection } from './run.ts'

/** What a resolver is told about where it is; most do not ask. */
export class Info implements GraphQLResolveInfo {
  readonly path: Path
  readonly #run: Run
  readonly #field: FieldPlan

  constructor(run: Run, field: FieldPlan, path: Path) {
    this.#run = run
    this.#field = field
    this.path = path
  }

  get fieldName() {
    return this.#field.name
  }

  get fieldNodes() {
    return this.#field.nodes
  }

  get returnType() {
    return this.#field.definition.type
  }

  get parentType() {
    return this.#field.parentType
  }

  get schema() {
    return this.#run.plan.schema
  }

  get fragments() {
    return this.#run.plan.fragments
  }

  get rootValue() {
    return this.#run.rootValue
  }

  get operation() {
    return this.#run.plan.operation
  }

  get variableValues() {
    return this.#run.variables
  }
}

/** The object that `selection` makes of `source`, or a promise of it where one of its values is one. */
export function runSelection(run: Run, selection: Selection, source: unknown, path: Path | undefined): unknown {
  const results = selection.createObject()
  run.size += selection.characters
  let pending: string[] | null = null
  try {
    for (const field of selection.fields) {
      const value = field.constant ?? runField(run, field, source, path)
      results[field.responseName] = value
      if (isPromise(value)) (pending ??= []).push(field.responseName)
    }
  } catch (error) {
    if (!pending) throw error
    // What is under way may fail too, and that must not go unhandled.
    return whenThere(results, pending).finally(() => {
      throw error
    })
  }
  return pending ? whenThere(results, pending) : results
}

/** As `runSelection`, one field after the other: those of a mutation. */
export async function runSerially(run: Run, selection: Selection, source: unknown): Promise<unknown> {
  const results = selection.createObject()
  run.size += selection.characters
  for (const field of selection.fields) {
    if (run.isOver()) break
    results[field.responseName] = field.constant ?? (await runField(run, field, source, undefined))
  }
  return results
}

type Results = Record<string, unknown>

/** `results` once those of the names `pending` are there. */
function whenThere(results: Results, pending: readonly string[]): Promise<Results> {
  const [name = ''] = pending
  const first = results[name]
  if (pending.length === 1 && isPromise(first)) {
    return first.then((value) => {
      results[name] = value
      return results
    })
  }
  return Promise.all(pending.map((each) => results[each])).then((values) => {
    for (let i = 0; i < pending.length; i++) results[pending[i] ?? ''] = values[i]
    return results
  })
}

function runField(run: Run, field: FieldPlan, source: unknown, parentPath: Path | undefined): unknown {
  // Most fields are properties without a place below them, whose path is needed only for a fault.
  const path: Path | null = field.resolve || field.hasInnerPaths ? pathOf(field, parentPath) : null
  try {
    const value = field.resolve
      ? field.resolve(
          source,
          field.argumentsOf(run.variables),
          run.context,
          new Info(run, field, path ?? pathOf(field, parentPath)),
        )
      : property(run, field, source, path, parentPath)
    if (!isPromise(value)) {
      // A leaf does not look at its path.
      const completed = field.complete(run, field, path ?? NOWHERE, value)
      if (!isPromise(completed)) return completed
      return completed.then(undefined, (error: unknown) =>
        recoverFrom(run, error, field, path ?? pathOf(field, parentPath), field.isNonNull),
      )
    }
    const known = path ?? pathOf(field, parentPath)
    return value
      .then((resolved) => run.inTurn(() => field.complete(run, field, known, resolved)))
      .then(undefined, (error: unknown) => recoverFrom(run, error, field, known, field.isNonNull))
  } catch (error) {
    return recoverFrom(run, error, field, path ?? pathOf(field, parentPath), field.isNonNull)
  }
}

const NOWHERE: Path = { prev: undefined, key: '', typename: undefined }

const pathOf = (field: FieldPlan, prev: Path | undefined): Path => ({
  prev,
  key: field.responseName,
  typename: field.parentType.name,
})

function property(run: Run, field: FieldPlan, source: unknown, path: Path | null, parentPath: Path | undefined): unknown {
  if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return undefined
  // Any object may have it.
  const value = (source as Record<string, unknown>)[field.name]
  if (typeof value !== 'function') return value
  return value.call(
    source,
    field.argumentsOf(run.variables),
    run.context,
    new Info(run, field, path ?? pathOf(field, parentPath)),
  )
}

/** Null in place of what failed; throws on where null may not be. */
export function recoverFrom(run: Run, thrown: unknown, field: FieldPlan, path: Path, isNonNull: boolean): null {
  if (run.stopped) return null
  const error = locatedError(thrown, field.nodes, keysOf(path))
  if (isNonNull) throw error
  run.add(error, path)
  return null
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = []
  for (let at: Path | undefined = path; at !== undefined; at = at.prev) keys.unshift(at.key)
  return keys
}
