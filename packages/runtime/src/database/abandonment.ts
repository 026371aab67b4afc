import type { Viewer } from '../viewer.ts'

/** Tells when nobody waits for an answer any more. An AbortSignal is one. */
export type Abandonment = {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** On whose behalf statements are sent, and for how long they are of use. */
export type Caller = { readonly viewer: Viewer | null; readonly abandonment: Abandonment }
