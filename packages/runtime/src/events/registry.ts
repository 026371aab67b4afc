import * as circles from './circles.ts'
import * as creators from './creators.ts'
import type { EventDefinition } from './define.ts'
import * as incentives from './incentives.ts'
import * as live from './live.ts'
import * as posts from './posts.ts'
import * as trading from './trading.ts'

/** Every type of event that there is, in alphabetical order: what is not here cannot be emitted. */
export const EVENTS: readonly EventDefinition[] = [circles, creators, incentives, live, posts, trading]
  .flatMap((owner) => Object.values<unknown>(owner) as EventDefinition[])
  .sort((one, other) => (one.type < other.type ? -1 : 1))

/** The types of other subgraphs that `subgraph` reads: its login may read no others. */
export const consumedBy = (subgraph: string): readonly string[] =>
  EVENTS.filter(({ consumers }) => consumers.some((name) => name === subgraph)).map(({ type }) => type)
