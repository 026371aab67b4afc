import { Abandonment } from './abandonment.ts'
import { startDeadline } from './deadline.ts'

export type TimeLimit = {
  /** How long an operation may fetch. */
  readonly fetchingMs: number
  /** What it has after that to make an answer of what is there. */
  readonly writingMs: number
}

/**
 * What `work` gives, or `tooLate` once its time is over. Then nothing is fetched any more, and after the time for writing
 * nothing is done any more, by whoever looks at `abort`.
 */
export function withinTime<Result>(
  abort: AbortController | Abandonment,
  { fetchingMs, writingMs }: TimeLimit,
  work: () => Promise<Result>,
  tooLate: () => Result,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let callOff = startDeadline(fetchingMs, (reason) => {
      if (abort instanceof Abandonment) abort.expire(reason)
      else abort.abort(reason)
      callOff = startDeadline(writingMs, () => {
        abort.abort(reason)
        resolve(tooLate())
      })
    })
    work()
      .finally(() => callOff())
      .then(resolve, reject)
  })
}
