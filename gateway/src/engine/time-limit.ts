import { Abandonment } from '../abandonment.ts'
import { startDeadline } from '../deadline.ts'

export type TimeLimit = {
  /** How long an operation may fetch. */
  readonly fetchingMs: number
  /** What it has after that to make an answer of what is there. */
  readonly writingMs: number
}

/** What is answered in place of what an operation gives. */
export type Otherwise<Result> = {
  /** Once its time is over. */
  readonly tooLate: () => Result
  /** Where it failed. */
  readonly failed: (reason: unknown) => Result
}

/**
 * What `work` gives, or what is answered otherwise. Once its time is over, nothing is fetched any more, and after the time for writing
 * nothing is done any more, by whoever looks at `abort`.
 */
export function withinTime<Result>(
  abort: AbortController | Abandonment,
  { fetchingMs, writingMs }: TimeLimit,
  work: () => Promise<Result>,
  { tooLate, failed }: Otherwise<Result>,
): Promise<Result> {
  return new Promise((resolve) => {
    let callOff = startDeadline(fetchingMs, (reason) => {
      if (abort instanceof Abandonment) abort.expire(reason)
      else abort.abort(reason)
      callOff = startDeadline(writingMs, () => {
        abort.abort(reason)
        resolve(tooLate())
      })
    })
    work().then(
      (result) => {
        callOff()
        resolve(result)
      },
      (reason: unknown) => {
        callOff()
        resolve(failed(reason))
      },
    )
  })
}
