import type { Viewer } from '../viewer.ts'

/** Tells whether nobody waits for an answer any more. An AbortSignal does. */
export type Abandonment = { readonly aborted: boolean }

/** On whose behalf statements are sent, and for how long they are of use. */
export type Caller = { readonly viewer: Viewer | null; readonly abandonment: Abandonment }
