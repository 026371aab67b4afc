import { isPromise, type Run } from './run.ts'

/** Completes the items of a list, those of a long one in slices. `completeOne` throws, or rejects, for all of the list. */
export function completeEach<Item>(
  run: Run,
  items: readonly Item[],
  completeOne: (item: Item, index: number) => unknown,
): unknown[] | Promise<unknown[]> {
  const completed: unknown[] = []
  let hasPromise = false
  const completeFrom = (start: number): unknown[] | Promise<unknown[]> => {
    for (let index = start; index < items.length; index++) {
      if (run.isOver()) break
      if (run.work.isDue()) {
        // They may fail before the rest is there to wait for them.
        ignoreRejections(completed)
        return run.work.later(() => completeFrom(index))
      }
      // It is there: it has an index.
      const result = completeOne(items[index] as Item, index)
      hasPromise ||= isPromise(result)
      completed.push(result)
    }
    return hasPromise ? Promise.all(completed) : completed
  }
  try {
    return completeFrom(0)
  } catch (error) {
    ignoreRejections(completed)
    throw error
  }
}

/** Of promises that nobody waits for yet, or any more: otherwise they would end the process. */
export function ignoreRejections(values: readonly unknown[]): void {
  for (const value of values) if (isPromise(value)) value.catch(() => {})
}
