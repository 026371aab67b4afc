import type { EventLog } from '@planet/runtime/event-log/log'

const PAGE = 1_000

/** The cursor after which the last `count` public signals stand, or all if there are fewer. */
export async function cursorBeforeSignals(events: EventLog, count: number): Promise<string> {
  const oldest = await events.oldest()
  const places = [oldest]
  for (let after: string | null = oldest; after !== null; ) {
    const page = await events.read({ after, types: ['posts.SignalPublished'], limit: PAGE })
    places.push(...page.events.map((event) => event.cursor))
    after = page.next === after ? null : page.next
  }
  return places.at(-1 - count) ?? oldest
}
