import type { Api } from './api.ts'
import { host } from './cast.ts'
import { endMeeting, schedule, startMeeting, vote } from './meeting.ts'
import { chat, openFloor } from './mingling.ts'
import { type Market, publishForCircle, publishIdeas, type SandboxPost } from './publishing.ts'
import { click, openTickets, order, reactionsTo, view } from './reading.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** What a day is played with: `waitUntil` brings the platform's clock to an instant and everything due by then to rest. */
export type Stage = {
  readonly api: Api
  readonly markets: readonly Market[]
  readonly circleId: string
  readonly waitUntil: (at: Date) => Promise<void>
  /** Everything that was sent is known to every subgraph. */
  readonly settle: () => Promise<void>
  /** Aborts when the sandbox is stopped; the next start plays the day again. */
  readonly signal: AbortSignal
}

export const dayNumberOf = (day: Date): number => Math.floor(day.getTime() / DAY_MS)

/**
 * One day of the market, from 00:00 UTC, when yesterday's candles are closed. Authors publish at 01:00, readers see it
 * at 06:00, open it at 12:00, take tickets at 12:30 and order a little later, so that orders fill at the next open. On a
 * day on which the host published, the host meets the audience at 18:00. Returns what was published.
 */
export async function playDay(stage: Stage, day: Date): Promise<readonly SandboxPost[]> {
  const { api, markets, waitUntil, settle } = stage
  const at = (hours: number) => new Date(day.getTime() + hours * HOUR_MS)
  const name = day.toISOString().slice(0, 10)

  await waitUntil(at(0))
  await waitUntil(at(1))
  const posts = await publishIdeas(api, markets, name, dayNumberOf(day), stage.circleId)
  if (day.getUTCDay() === 5) await publishForCircle(api, host, name, stage.circleId)
  if (posts.length === 0) return posts

  await settle()
  const reactions = reactionsTo(posts)
  await waitUntil(at(6))
  await view(api, reactions)
  await waitUntil(at(12))
  await click(api, reactions)
  await waitUntil(at(12.5))
  const tokens = await openTickets(api, reactions)
  // A touch links only orders that are placed later.
  await waitUntil(at(12.6))
  await order(api, reactions, tokens)
  await meet(stage, at(18), name, posts)
  return posts
}

/** A meeting about the market that the host has published on, if any; votes over a quarter of an hour. */
async function meet(
  { api, markets, waitUntil, signal }: Stage,
  start: Date,
  name: string,
  posts: readonly SandboxPost[],
): Promise<void> {
  const own = posts.find((post) => post.author === host.name)
  const market = markets.find((each) => each.id === own?.instrumentId)
  if (!market) return
  const after = (minutes: number) => new Date(start.getTime() + minutes * MINUTE_MS)
  await waitUntil(after(-60))
  const sessionId = await schedule(api, name, market, posts, start)
  try {
    await waitUntil(start)
    await startMeeting(api, sessionId)
    await openFloor(api, sessionId, name)
    await chat(api, sessionId, name, 2)
    for (const minutes of [2, 6, 12]) {
      await waitUntil(after(minutes))
      await vote(api, sessionId, `${name} ${minutes}`)
    }
    await waitUntil(after(15))
  } catch (error) {
    if (!signal.aborted) await endMeeting(api, sessionId, name)
    throw error
  }
  await endMeeting(api, sessionId, name)
}
