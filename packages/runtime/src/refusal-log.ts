import { GraphQLError } from 'graphql'
import type { Logger } from './log.ts'
import { seldom } from './seldom.ts'
import { viewerFaultOf } from './viewer-token.ts'

export type RefusalLog = { note(error: unknown): void }

/** Tells the log once a minute why viewers are refused: of a wrong key, or clocks apart, every request would tell the same. */
export function createRefusalLog(subgraph: string, log: Logger): RefusalLog {
  const isDue = seldom()
  return {
    note(error) {
      const reason = error instanceof GraphQLError ? viewerFaultOf(error) : null
      if (reason !== null && isDue(reason))
        log.warn({ subgraph, reason }, 'a call without a viewer that is valid here was refused')
    },
  }
}
