import { randomUUID } from 'node:crypto'
import { codedError } from '@planet/runtime/errors'
import type { Logger } from '@planet/runtime/log'
import type { Viewer } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import type { Operation } from '../admission/admission.ts'
import type { Price } from '../admission/cost/price.ts'
import { answerOf } from '../answer.ts'
import type { SubscriptionPlan } from '../engine/engine.ts'
import { failedResult, maskResult } from '../masking.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import { asClientErrors, located } from './client-errors.ts'
import { createEventExecution } from './execution.ts'
import { type Frame, frameOf } from './frame.ts'
import type { Generation } from './generation.ts'
import { createGroup, type Group } from './group.ts'
import type { SubscriptionText } from './identity.ts'
import { createSource } from './source.ts'
import { openUpstream } from './upstream.ts'

/** A group with the upstream that feeds it. */
export type Feed = { readonly group: Group; close(): void }

/** What a feed needs besides what it is of. */
export type FeedDeps = {
  readonly calls: SubgraphCalls
  readonly log: Logger
  readonly failoverMs: number
  readonly onFailover: () => void
  readonly onSlow: () => void
  readonly onFrames: (count: number) => void
}

/** Opens one upstream and executes each of its events once, for whoever joins the group. */
export function openFeed(
  deps: FeedDeps,
  subscription: {
    readonly generation: Generation
    readonly plan: SubscriptionPlan
    readonly operation: Operation
    readonly text: SubscriptionText
    /** Null for what everybody gets alike. */
    readonly viewer: Viewer | null
    /** Null where nobody is told what events cost. */
    readonly price: Price | null
    readonly after: string | null
    /** Waits for the one member to read what it got. */
    readonly isPaced: boolean
    /** The group has all that there is up to its cursor. */
    readonly onReached: () => void
    /** The group has been ended. */
    readonly onEnd: () => void
  },
): Feed {
  const { calls, log } = deps
  const { generation, plan, operation, text, viewer, price, after } = subscription
  const { delivery } = text
  const requestId = randomUUID()
  const group = createGroup({ delivery, after, onSlow: deps.onSlow })
  const source = createSource(plan.source(operation.variables), {
    schema: generation.engine.schema,
    rules: generation.rules,
    subgraph: plan.subgraph,
    delivery,
  })
  const end = (last: ExecutionResult | undefined) => {
    close()
    const cursor = delivery === 'LOG' ? group.cursor() : undefined
    const frames = new Map<string, Frame>()
    const lastFor = (last: ExecutionResult) => (asked: Operation) => {
      const frame = frames.get(asked.query) ?? lastFrame(located(last, asked), cursor)
      frames.set(asked.query, frame)
      return frame
    }
    group.end(last ? lastFor(last) : null)
    subscription.onEnd()
  }
  const execution = createEventExecution({
    engine: generation.engine,
    plan,
    operation,
    viewer,
    isLatestOnly: delivery === 'STATE',
    price,
    log,
    deliver(frames) {
      deps.onFrames(frames.length)
      group.deliver(frames)
      subscription.onReached()
    },
    whenSent: subscription.isPaced
      ? () => {
          for (const { subscriber } of group.members) return subscriber.whenSent()
          return undefined
        }
      : null,
    onFailure: (error, failedId) => end(failedResult(error, failedId, log)),
  })
  const upstream = openUpstream({
    source,
    delivery,
    after,
    failoverMs: deps.failoverMs,
    subscribe: (asked, signal) => calls.subscribe(plan.subgraph, asked, { viewer, requestId, signal }),
    onEvent: (event, { cursor }) => execution.push(event, cursor),
    onMark(cursor) {
      if (!execution.isIdle()) return
      group.reach(cursor)
      subscription.onReached()
    },
    whenRoom: () => execution.whenRoom(),
    onLost() {
      deps.onFailover()
      log.warn({ subgraph: plan.subgraph, requestId }, 'a subscription is opened again')
    },
    onEnd: (last) => execution.finish(() => end(last && maskResult(asClientErrors(last, plan), requestId, log))),
    onFailure: (error) => execution.finish(() => end(failedResult(error, requestId, log))),
  })
  const close = () => {
    upstream.close()
    execution.close()
  }
  return { group, close }
}

/** What a subscription ends with. Where trying again may help, a LOG says where to go on. */
function lastFrame(last: ExecutionResult, cursor: string | null | undefined): Frame {
  const [error] = last.errors ?? []
  const code = error?.extensions.code
  if (!error || cursor === undefined || (code !== 'UNAVAILABLE' && code !== 'INTERNAL')) return frameOf(answerOf(last))
  return frameOf({ dataTexts: undefined, errors: [codedError(code, error.message, { ...error.extensions, cursor })] })
}
