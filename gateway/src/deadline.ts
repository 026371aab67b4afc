/**
 * A signal that aborts after `ms` or with `parent`, whichever comes first. `end` must be called once the work is done: it
 * takes the timer and the listener back, which the signals of the platform's own combinators leave to the collector.
 */
export function startDeadline(ms: number, parent?: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const onParent = () => controller.abort(parent?.reason)
  const timer = setTimeout(() => controller.abort(new Error(`not done within ${ms} ms`)), ms)
  if (parent?.aborted) onParent()
  else parent?.addEventListener('abort', onParent, { once: true })
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', onParent)
    },
  }
}
