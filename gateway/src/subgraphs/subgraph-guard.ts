import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import { TookTooLong } from '../deadline.ts'
import { createBreaker } from './breaker.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { SubgraphAnswer } from './subgraph-operation.ts'
import type { SubgraphTransport, TransportRequest } from './transport.ts'
import { Unanswered } from './unanswered.ts'
import { WaitingLine } from './waiting-line.ts'

/** What a read waits at most for a subgraph that is away: an operation's 5 s of fetching, less the time to ask it then. */
const WAIT_MS = 4_500
/** A read whose connection has broken so often is not asked again: it may be what kills the subgraph. */
const MAX_BREAKS = 2
/** Calls that may wait for a subgraph which has answered none for `SILENCE_MS`. */
const MAX_IN_SILENCE = 256
const SILENCE_MS = 1_000
/** Calls of one subgraph that may be under way at all. */
const MAX_UNDER_WAY = 10_000

/** `up`; `away`: nobody listens, and reads wait for it; `refused`: the breaker is open, and calls fail at once. */
export type SubgraphState = 'up' | 'away' | 'refused'

/** How calls ended: `refused` ones were never sent, `abandoned` ones had nobody left who waited, `failed` is a reply of no use. */
export const CALL_OUTCOMES = ['answered', 'timed_out', 'absent', 'broken', 'failed', 'refused', 'abandoned'] as const
export type CallOutcome = (typeof CALL_OUTCOMES)[number]

export type GuardStats = {
  readonly state: SubgraphState
  readonly underWay: number
  /** Of those under way, how many wait for the subgraph to listen. */
  readonly waiting: number
  /** Calls that were sent once more. */
  readonly repeated: number
  readonly outcomes: Readonly<Record<CallOutcome, number>>
}

export type GuardedTransport = SubgraphTransport & { stats(): GuardStats }

type GuardedCall = {
  readonly request: TransportRequest
  readonly take: (answer: SubgraphAnswer) => void
  readonly fail: (reason: unknown) => void
  isOver: boolean
  breaks: number
  /** When it stops waiting, by `performance.now()`; 0 before it has begun to. */
  waitsUntil: number
}

/**
 * Stands between the gateway and one subgraph, so that a fault of it costs its own fields for its own time. Reads wait for
 * a subgraph that restarts, and are asked again where their connection broke, within a budget; calls of one that hangs are
 * refused. A mutation is sent at most once. `onChange` is told where the state becomes another one.
 */
export function guardTransport(transport: SubgraphTransport, onChange: (state: SubgraphState) => void): GuardedTransport {
  const outcomes = Object.fromEntries(CALL_OUTCOMES.map((outcome) => [outcome, 0])) as Record<CallOutcome, number>
  const budget = createRetryBudget()
  const breaker = createBreaker((isOpen) => {
    onChange(isOpen ? 'refused' : 'up')
    if (isOpen) transport.withdraw?.()
  })
  const line = new WaitingLine(transport.knock?.bind(transport) ?? ((take) => take(true)), (change) => {
    if (change === 'gone') breaker.open()
    else onChange(change === 'away' ? 'away' : 'up')
  })
  let underWay = 0
  let repeated = 0
  /** Replies of any kind so far. */
  let replies = 0
  let seenReplies = 0
  let seenAt = 0

  const isFull = () => {
    const sent = underWay - line.size
    if (sent < MAX_IN_SILENCE) return false
    const now = performance.now()
    if (replies !== seenReplies || seenAt === 0) {
      seenReplies = replies
      seenAt = now
    }
    return underWay >= MAX_UNDER_WAY || now - seenAt > SILENCE_MS
  }
  const end = (call: GuardedCall, outcome: CallOutcome) => {
    call.isOver = true
    underWay--
    outcomes[outcome]++
    if (underWay < MAX_IN_SILENCE) seenAt = 0
  }
  const failWith = (call: GuardedCall, outcome: CallOutcome, cause: unknown) => {
    end(call, outcome)
    call.fail(cause)
  }

  const wait = (call: GuardedCall, kind: 'absent' | 'broken', cause: Unanswered) => {
    if (call.waitsUntil === 0) call.waitsUntil = performance.now() + WAIT_MS
    const signal = abandonmentOf(call.request)
    line.join({
      signal,
      endsAt: call.waitsUntil,
      // What broke with its process burdens nobody if it is asked again; what broke alone may be work that still goes on.
      proceed(wasAway) {
        if (kind === 'broken' && !wasAway && !budget.spend()) return failWith(call, 'broken', cause)
        if (kind === 'broken') repeated++
        send(call)
      },
      giveUp: () => failWith(call, signal.aborted ? 'abandoned' : kind, cause),
    })
  }
  const onFailure = (call: GuardedCall, repliesBefore: number, cause: unknown) => {
    if (abandonmentOf(call.request).aborted) return failWith(call, 'abandoned', cause)
    if (cause instanceof TookTooLong) {
      if (replies === repliesBefore) breaker.countSilence()
      return failWith(call, 'timed_out', cause)
    }
    if (!(cause instanceof Unanswered)) {
      replies++
      return failWith(call, 'failed', cause)
    }
    if (cause.kind === 'withdrawn') return failWith(call, 'refused', refusal())
    if (breaker.isOpen || !transport.knock) return failWith(call, cause.kind, cause)
    if (cause.kind === 'absent') line.noteAway()
    else call.breaks++
    if (isMutation(call.request) || call.breaks >= MAX_BREAKS) return failWith(call, cause.kind, cause)
    wait(call, cause.kind, cause)
  }
  const send = (call: GuardedCall) => {
    const repliesBefore = replies
    const take = (answer: SubgraphAnswer) => {
      replies++
      end(call, 'answered')
      breaker.close()
      if (line.isAway) line.noteThere()
      call.take(answer)
    }
    const fail = (cause: unknown) => onFailure(call, repliesBefore, cause)
    try {
      if (transport.ask) transport.ask(call.request, take, fail)
      else transport.execute(call.request).then(take, fail)
    } catch (cause) {
      if (call.isOver) throw cause
      failWith(call, 'failed', cause)
    }
  }
  const ask: NonNullable<SubgraphTransport['ask']> = (request, take, fail) => {
    if (isFull() || !breaker.admits()) {
      outcomes.refused++
      return fail(refusal())
    }
    budget.earn()
    underWay++
    const call: GuardedCall = { request, take, fail, isOver: false, breaks: 0, waitsUntil: 0 }
    if (line.isAway && !isMutation(request)) wait(call, 'absent', new Unanswered('absent', undefined))
    else send(call)
  }
  return {
    ask,
    execute: (request) => new Promise((resolve, reject) => ask(request, resolve, reject)),
    subscribe: (request) => transport.subscribe(request),
    ...(transport.isReady ? { isReady: transport.isReady.bind(transport) } : {}),
    async close() {
      line.close()
      await transport.close()
    },
    stats: () => ({
      state: breaker.isOpen ? 'refused' : line.isAway ? 'away' : 'up',
      underWay,
      waiting: line.size,
      repeated,
      outcomes: { ...outcomes },
    }),
  }
}

/** What an operator is told of a subgraph's fault: once, however many calls meet it. */
const STATE_TEXTS = {
  up: 'a subgraph answers again',
  away: 'nobody listens where a subgraph should; reads wait for it',
  refused: 'a subgraph does not answer; calls of it are refused, but for one a second',
} as const

/** All of them guarded, with their faults told to the log. */
export const guardAll = (
  transports: Readonly<Record<string, SubgraphTransport>>,
  log: Logger,
): Readonly<Record<string, GuardedTransport>> =>
  Object.fromEntries(
    Object.entries(transports).map(([subgraph, transport]) => [
      subgraph,
      guardTransport(transport, (state) => log.warn({ subgraph, state }, STATE_TEXTS[state])),
    ]),
  )

const refusal = () => codedError('UNAVAILABLE', 'A part of the graph does not answer at the moment. Try again.')
const isMutation = ({ query }: TransportRequest) => query.startsWith('mutation')
const abandonmentOf = ({ abandonment, signal }: TransportRequest) => abandonment ?? signal
