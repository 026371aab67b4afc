import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { codedError } from '@planet/runtime/errors'
import { markOf } from '@planet/runtime/event-log/log-mark'
import { requireId } from '@planet/runtime/ids'
import type { Logger } from '@planet/runtime/log'
import type { Viewer } from '@planet/runtime/viewer'
import type { ExecutionResult } from 'graphql'
import { z } from 'zod'
import { callOf } from '../subgraphs/call.ts'
import type { SubgraphCalls } from '../subgraphs/subgraph-calls.ts'
import type { Revoked } from './revocations.ts'
import type { TokenVerifier } from './tokens.ts'

/** Where a gateway hears of revocations. */
export type RevocationSource = {
  /** Has `Query.tokenRevocations` and `Subscription.tokensRevoked`. */
  readonly subgraph: string
  /** How often it is asked besides, because a stream that hangs says nothing. Null where it runs in this process. */
  readonly lookEveryMs: number | null
}

export type RevocationFeed = {
  /** Whether all has been heard once that was revoked before this process began. */
  isInformed(): boolean
  /** Whether what is revoked now would be heard. */
  isHearing(): boolean
  /** Resolves once it is informed, or after `limitMs`. */
  informed(limitMs: number): Promise<void>
  close(): Promise<void>
}

export type RevokedAt = { readonly revoked: Revoked; readonly atMs: number }

/** The gateway itself, towards subgraphs. Nobody's token says so: no identity provider has this id. */
const GATEWAY: Viewer = { userId: requireId('00000000-0000-8000-8000-000000000000'), roles: ['admin'] }

const REVOCATION = '{ userId tokenId revokedAt }'
const FOLLOW = `subscription { tokensRevoked { revocation ${REVOCATION} } }`
const LOOK = `query ($since: DateTime!, $after: Cursor) { tokenRevocations(since: $since, first: 100, after: $after) { edges { node ${REVOCATION} } pageInfo { hasNextPage endCursor } } }`

/** What is committed so much later than it was revoked is still found. */
const OVERLAP_MS = 5 * 60_000
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 1_000
const WARN_EVERY_MS = 60_000

const Revocation = z
  .object({ userId: z.string().nullable(), tokenId: z.string().nullable(), revokedAt: z.iso.datetime() })
  .transform(({ userId, tokenId, revokedAt }): RevokedAt[] => {
    const atMs = Date.parse(revokedAt)
    return [
      ...(userId === null ? [] : [{ revoked: { userId }, atMs }]),
      ...(tokenId === null ? [] : [{ revoked: { tokenId }, atMs }]),
    ]
  })
const Event = z.object({ tokensRevoked: z.object({ revocation: Revocation }) })
const Page = z.object({
  tokenRevocations: z.object({
    edges: z.array(z.object({ node: Revocation })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

/**
 * Tells `onRevoked` of every revocation since `since()`, and of each that comes, until it is closed: first the stream is
 * opened, then it is asked what was before. Whatever fails is begun anew. While nothing can be heard what is known stays in
 * force, and the log says so every minute.
 */
export function followRevocations(parts: {
  readonly source: RevocationSource
  readonly calls: SubgraphCalls
  readonly since: () => Date
  readonly onRevoked: (revoked: readonly RevokedAt[]) => void
  readonly log: Logger
}): RevocationFeed {
  const { calls, onRevoked, log } = parts
  const { subgraph, lookEveryMs } = parts.source
  const closing = new AbortController()
  const informed = Promise.withResolvers<void>()
  let isInformed = false
  let isHearing = false
  let lookedAtMs: number | null = null
  let warnedAtMs = Number.NEGATIVE_INFINITY

  const newCall = () => callOf({ viewer: GATEWAY, requestId: randomUUID() }, closing)

  const hear = () => {
    if (!isHearing && isInformed) log.warn({ subgraph }, 'revocations of tokens are heard again')
    isHearing = true
    isInformed = true
    warnedAtMs = Number.NEGATIVE_INFINITY
    informed.resolve()
  }
  const miss = (error: unknown) => {
    isHearing = false
    if (closing.signal.aborted || performance.now() - warnedAtMs < WARN_EVERY_MS) return
    warnedAtMs = performance.now()
    const meanwhile = isInformed ? 'tokens that are revoked now are taken' : 'no token is taken'
    log.warn({ err: error, subgraph }, `revocations of tokens cannot be heard: ${meanwhile}`)
  }

  /** Asks for what was revoked since it was last asked. */
  const look = async (): Promise<void> => {
    const beganAtMs = Date.now()
    const since = lookedAtMs === null ? parts.since() : new Date(lookedAtMs - OVERLAP_MS)
    for (let after: string | null = null, isLast = false; !isLast; ) {
      const variables = { since: since.toISOString(), after }
      const { tokenRevocations } = Page.parse(dataOf(await calls.fetch(subgraph, { query: LOOK, variables }, newCall())))
      onRevoked(tokenRevocations.edges.flatMap(({ node }) => node))
      after = tokenRevocations.pageInfo.endCursor
      isLast = !tokenRevocations.pageInfo.hasNextPage
    }
    lookedAtMs = beganAtMs
    hear()
  }

  const keepLooking = async (everyMs: number, stopped: AbortSignal): Promise<void> => {
    while (!stopped.aborted) {
      await wait(everyMs, undefined, { signal: stopped, ref: false }).catch(() => {})
      if (!stopped.aborted) await look().catch(miss)
    }
  }

  /** Follows one stream until it is over, and rejects with what it was over with. */
  const follow = async (): Promise<never> => {
    const stream = await calls.subscribe(subgraph, { query: FOLLOW }, newCall())
    if (!(Symbol.asyncIterator in stream)) throw new Error('the stream of revocations was refused', { cause: stream.errors?.[0] })
    const over = new AbortController()
    let looking: Promise<void> | undefined
    try {
      for (let step = await stream.next(); !step.done; step = await stream.next()) {
        if (markOf(step.value) === null) onRevoked(Event.parse(dataOf(step.value)).tokensRevoked.revocation)
        // The stream begins with a mark: what comes after it is told by the stream, and what was before by a look.
        else if (!looking) {
          await look()
          looking = lookEveryMs === null ? Promise.resolve() : keepLooking(lookEveryMs, over.signal)
        }
      }
      throw new Error('the stream of revocations has ended')
    } finally {
      over.abort()
      await stream.return()
      await looking
    }
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      const beganAtMs = performance.now()
      await follow().catch(miss)
      if (performance.now() - beganAtMs > 2 * LAST_PAUSE_MS) failures = 0
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LAST_PAUSE_MS)
      await wait(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  }
  const running = run()

  return {
    isInformed: () => isInformed,
    isHearing: () => isHearing,
    async informed(limitMs) {
      await Promise.race([informed.promise, wait(limitMs, undefined, { ref: false })])
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

function dataOf({ data, errors }: ExecutionResult): unknown {
  if (errors?.[0]) throw errors[0]
  return data
}

/** How long a token waits for a gateway that has just begun. */
const FIRST_WORD_MS = 2_000

/** `verifyToken` of a gateway that takes no token before it knows what was revoked: until then UNAVAILABLE. */
export function onceInformed(verifyToken: TokenVerifier, feed: () => RevocationFeed | undefined): TokenVerifier {
  const verifyLater = async (token: string) => {
    await feed()?.informed(FIRST_WORD_MS)
    if (!feed()?.isInformed()) throw codedError('UNAVAILABLE', 'Tokens cannot be verified now. Try again.')
    return verifyToken(token)
  }
  return Object.assign((token: string) => (feed()?.isInformed() ? verifyToken(token) : verifyLater(token)), verifyToken)
}
