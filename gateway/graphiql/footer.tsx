import { useSyncExternalStore } from 'react'
import { type Answer, type LastAnswer, lastAnswer } from './last-answer'

/** Status, time, size, cost and request id of the last answer; of a subscription its events, and the cost of the last one. */
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
      return `Live: ${last.events} ${last.events === 1 ? 'event' : 'events'}${costOf(last.cost)}`
    case 'over':
      return last.how
    case 'answered': {
      const { status, ms, bytes, cost, requestId } = last.answer
      return `HTTP ${status} · ${ms.toFixed(0)} ms · ${bytes} bytes${costOf(cost)} · request ${requestId}`
    }
  }
}

const costOf = (cost: Answer['cost']) => (cost ? ` · cost ${cost.actual} (estimated ${cost.estimated})` : '')
