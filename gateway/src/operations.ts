import type { Viewer } from '@planet/runtime/viewer'
import type { ExecutionResult, GraphQLError } from 'graphql'
import type { Abandonment } from './abandonment.ts'
import type { Admission, Operation } from './admission/admission.ts'
import type { SentRequest } from './admission/persisted-operations.ts'
import type { Answer } from './answer.ts'
import type { Subscriber, Subscription } from './subscriptions/subscriber.ts'

/** For whom an operation is run. */
export type Caller = {
  /** Null is somebody anonymous. */
  readonly viewer: Viewer | null
  readonly requestId?: string
  /** Where on the network it is, by which those who are not signed in are told apart. */
  readonly address?: string | undefined
  /** Whether the answer, or every event, says what it was estimated at and what it came to. */
  readonly wantsCost?: boolean | undefined
  /** What the client sent as `Authorization`, where subgraphs identify clients themselves. */
  readonly authorization?: string | undefined
  /** Aborted by the caller when the answer is not wanted any more, and by the gateway when its time is over. */
  readonly abort?: AbortController | Abandonment
}

/** What the gateway's endpoints do with a request: admit it, then run it on behalf of a caller. */
export type Operations = {
  readonly admit: (request: SentRequest, viewer: Viewer | null) => Admission
  readonly execute: (operation: Operation, caller: Caller) => Promise<ExecutionResult>
  /** As `execute`, for whoever only passes the answer on. */
  readonly answer: (operation: Operation, caller: Caller) => Promise<Answer>
  /** The answer to a request that was not admitted, which counts as 1 of the caller's budget. */
  readonly refuse: (errors: readonly GraphQLError[], caller: Caller) => Promise<Answer>
  /**
   * Gives a subscription's events to `subscriber`. Never rejects: a refusal is its end. `after` is where a LOG goes on, if it
   * is not where the operation says.
   */
  readonly watch: (
    operation: Operation,
    caller: Pick<Caller, 'viewer' | 'address' | 'wantsCost'>,
    subscriber: Subscriber,
    after?: string | null,
  ) => Promise<Subscription>
}
