import { useSyncExternalStore } from 'react'
import { type LastAnswer, lastAnswer } from './last-answer'

/** Status, time, size and request id of the last answer. */
export function Footer() {
  return <div className="planet-footer">{describe(useSyncExternalStore(lastAnswer.subscribe, lastAnswer.get))}</div>
}

function describe(last: LastAnswer): string {
  switch (last.kind) {
    case 'none':
      return 'Press play, or choose an example.'
    case 'waiting':
      return 'Waiting …'
    case 'streaming':
      return `Live: ${last.events} ${last.events === 1 ? 'event' : 'events'}`
    case 'answered': {
      const { status, ms, bytes, cost, requestId } = last.answer
      const costs = cost ? ` · cost ${cost.actual} (estimated ${cost.estimated})` : ''
      return `HTTP ${status} · ${ms.toFixed(0)} ms · ${bytes} bytes${costs} · request ${requestId}`
    }
  }
}
