import type { Tx } from '@planet/runtime/database'
import { type Decimal, decimal, ZERO } from '@planet/runtime/decimal'
import type { Id } from '@planet/runtime/ids'
import { utcDay } from '@planet/runtime/instant'
import { type SQL, sql } from 'drizzle-orm'
import { posts, users } from '../../copies/db/tables.ts'
import { type Gathering, isFull } from '../domain/privacy.ts'
import { gatherings, gatheringUsers } from './tables.ts'

/** What a new link tells of its user. */
export type GatheredLink = {
  readonly postId: Id<'Post'>
  readonly userId: Id<'User'>
  readonly isEligible: boolean
  /** Of the trade. */
  readonly fee: { readonly amount: Decimal; readonly currency: string }
}

type Newest = { readonly post_id: Id<'Post'>; readonly number: number; readonly last_day: string; readonly people: number }

/**
 * Adds links of one trade, each of another post, to the gatherings of the day of `now`. The day on which a link is heard of
 * counts, not that of the trade: a gathering that has been told is never changed.
 */
export async function gatherLinks(tx: Tx, links: readonly GatheredLink[], now: Date): Promise<void> {
  const [first] = links
  if (!first) return
  const { currency } = first.fee
  const today = utcDay(now)
  const newest = await findNewest(
    tx,
    links.map(({ postId }) => postId),
    currency,
  )
  const numberOf = (postId: Id<'Post'>) => {
    const known = newest.get(postId)
    if (!known) return 1
    return isFull({ eligiblePeople: known.people }) && known.last_day < today ? known.number + 1 : known.number
  }
  await tx
    .insert(gatherings)
    .values(links.map(({ postId }) => ({ postId, currency, number: numberOf(postId), lastDay: today })))
    .onConflictDoUpdate({
      target: [gatherings.postId, gatherings.currency, gatherings.number],
      set: { lastDay: sql`greatest(${gatherings.lastDay}, excluded.last_day)` },
    })
  await tx
    .insert(gatheringUsers)
    .values(
      links.map(({ postId, userId, isEligible, fee }) => ({
        postId,
        currency,
        number: numberOf(postId),
        userId,
        isEligible,
        fee: isEligible ? fee.amount : ZERO,
      })),
    )
    .onConflictDoUpdate({
      target: [gatheringUsers.postId, gatheringUsers.currency, gatheringUsers.number, gatheringUsers.userId],
      set: {
        isEligible: sql`${gatheringUsers.isEligible} or excluded.is_eligible`,
        fee: sql`${gatheringUsers.fee} + excluded.fee`,
      },
    })
}

async function findNewest(tx: Tx, postIds: readonly Id<'Post'>[], currency: string): Promise<Map<Id<'Post'>, Newest>> {
  const rows = await tx.execute<Newest>(sql`
    select g.post_id, g.number, g.last_day::text, (
      select count(distinct ${personOf})::int from ${gatheringUsers} gathered left join ${users} u on u.id = gathered.user_id
      where gathered.post_id = g.post_id and gathered.currency = g.currency and gathered.number = g.number and gathered.is_eligible
    ) people
    from (
      select distinct on (post_id) * from ${gatherings}
      where post_id = any(${sql.param([...postIds])}::uuid[]) and currency = ${currency} order by post_id, number desc
    ) g`)
  return new Map([...rows].map((row) => [row.post_id, row]))
}

/** Whose account it is, as far as is known now; one without a check is a person of its own. */
const personOf = sql.raw('coalesce(u.identity_cluster_id, gathered.user_id)')

type GatheringText = Omit<Gathering, 'fees'> & { readonly fees: string }

/** For a row of `posts` all gatherings that ended before the day `today`, null if none; amounts are texts. */
export const gatheringsOfPost = (today: SQL | ReturnType<typeof sql.placeholder>): SQL<readonly GatheringText[] | null> => sql`(
  select jsonb_agg(jsonb_build_object('currency', currency, 'people', people, 'eligiblePeople', eligible_people, 'fees', fees::text))
  from (
    select currency, count(*) people, count(*) filter (where is_eligible) eligible_people, sum(least(fee, second_fee)) fees
    from (
      select currency, number, is_eligible, fee, nth_value(fee, 2) over (
        partition by currency, number order by fee desc rows between unbounded preceding and unbounded following
      ) second_fee
      from (
        select gathered.currency, gathered.number, bool_or(gathered.is_eligible) is_eligible, sum(gathered.fee) fee
        from ${gatheringUsers} gathered
        join ${gatherings} g on g.post_id = gathered.post_id and g.currency = gathered.currency and g.number = gathered.number
        left join ${users} u on u.id = gathered.user_id
        where gathered.post_id = ${posts.id} and g.last_day < ${today}::text::date
        group by gathered.currency, gathered.number, ${personOf}
      ) person
    ) clipped group by currency, number
  ) gathering
)`

export const gatheringOf = ({ fees, ...gathering }: GatheringText): Gathering => ({ ...gathering, fees: decimal(fees) })
