import type {
  FieldNode,
  GraphQLError,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql'
import { codedError, tooLarge } from '../errors.ts'
import { hasNoRoomFor, overloaded } from '../heap.ts'
import { Work } from '../slices.ts'
import type { Fragments, Variables } from './selection.ts'

/** A place in the answer, from there to the root. */
export type Path = GraphQLResolveInfo['path']

/** An operation that was validated, with what every execution of it has in common. */
export type OperationPlan = {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  readonly rootType: GraphQLObjectType
  /** The fields of the root; those below are collected when first met. Throws what collecting them throws. */
  selectionFor(variables: Variables): Selection
}

/** The fields of objects of one type at one place of an operation. */
export type Selection = {
  readonly fields: readonly FieldPlan[]
  /** Of an object in JSON, without the values that are not known yet. */
  readonly characters: number
  /** An object for their values, with its names in their order. */
  readonly createObject: () => Record<string, unknown>
}

/** One field of objects of one type at one place of an operation. */
export type FieldPlan = {
  readonly responseName: string
  readonly nodes: readonly FieldNode[]
  readonly parentType: GraphQLObjectType
  readonly definition: GraphQLField<unknown, unknown>
  readonly name: string
  /** Null where the property of the same name is the value. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null
  /** What is known of the value without asking: of `__typename`. */
  readonly constant: string | null
  /** New for every call, because a resolver may keep it. */
  readonly argumentsOf: (variables: Variables) => Record<string, unknown>
  readonly isNonNull: boolean
  /** Whether something in the value has a path of its own. */
  readonly hasInnerPaths: boolean
  readonly complete: Complete
  /** The fields of an object of `type` in the value. */
  selectionOf(type: GraphQLObjectType): Selection
}

/**
 * Makes what a resolver gave the answer's value: the CompleteValue of the GraphQL specification. May give a promise; throws
 * or rejects with what is a fault of the field, or of the item if it is in a list.
 */
export type Complete = (run: Run, field: FieldPlan, path: Path, value: unknown) => unknown

/** A client gets far fewer, and each costs as much as many values. */
const MAX_ERRORS = 200

/** What bounds an execution. */
export type Bounds = {
  /** Of the answer as JSON; what is larger is cut off while it is made. */
  readonly maxCharacters: number
  /** Nobody waits for the answer once it is aborted. */
  readonly abandonment: { readonly aborted: boolean }
  /** Told the characters of the answer, about. */
  readonly onWeighed: (characters: number) => void
}

/** One execution of an operation. */
export class Run {
  readonly plan: OperationPlan
  readonly context: unknown
  readonly variables: Variables
  readonly errors: GraphQLError[] = []
  /** Of an event of a subscription. */
  readonly rootValue: unknown
  readonly work = new Work()
  /** Characters of the answer as JSON so far, about. */
  size = 0
  /** Why the whole execution ended before its time; nothing is resolved after that. */
  stopped: GraphQLError | null = null
  /** Called when it ends before its time. */
  onStop: () => void = () => {}
  readonly #bounds: Bounds
  /** Where errors have made the answer null; undefined stands for all of it. */
  readonly #nulled = new Set<Path | undefined>()

  constructor(plan: OperationPlan, context: unknown, variables: Variables, bounds: Bounds, rootValue: unknown) {
    this.plan = plan
    this.context = context
    this.variables = variables
    this.#bounds = bounds
    this.rootValue = rootValue
  }

  /** What a wait leads to: when it is over, there may be no time left, or no use; then it is null. */
  inTurn<Result>(work: () => Result | Promise<Result>): Result | null | Promise<Result | null> {
    if (this.isOver()) return null
    return this.work.isDue() ? this.work.later(() => (this.isOver() ? null : work())) : work()
  }

  /** Whether the execution has ended before its time: then nothing is of any use any more. */
  isOver(): boolean {
    if (this.stopped) return true
    const { maxCharacters, abandonment } = this.#bounds
    if (abandonment.aborted) this.#stop(codedError('UNAVAILABLE', 'The answer is not waited for any more.'))
    else if (this.size > maxCharacters) this.#stop(tooLarge(maxCharacters))
    else if (hasNoRoomFor(this.size)) this.#stop(overloaded())
    return this.stopped !== null
  }

  /** Why there is no answer; null if there is one. */
  verdict(): GraphQLError | null {
    this.#bounds.onWeighed(this.size)
    return this.isOver() ? this.stopped : null
  }

  #stop(reason: GraphQLError): void {
    this.stopped = reason
    this.onStop()
  }

  /** Notes an error that makes `path` null, unless something above it is null already. */
  add(error: GraphQLError, path: Path | undefined): void {
    if (this.#nulled.has(undefined)) return
    for (let at = path; at !== undefined; at = at.prev) if (this.#nulled.has(at)) return
    this.#nulled.add(path)
    if (this.errors.length < MAX_ERRORS) this.errors.push(error)
  }
}

export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
