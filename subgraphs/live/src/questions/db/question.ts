import { foreignCursor, type Page } from '@planet/runtime/connection'
import type { Db, Tx } from '@planet/runtime/database'
import { type Id, parseId } from '@planet/runtime/ids'
import { parseMilliseconds } from '@planet/runtime/instant'
import { and, eq, getTableColumns, inArray, lte, type SQL, sql } from 'drizzle-orm'
import type { QuestionState } from '../domain/question.ts'
import { WILSON_Z } from '../domain/wilson.ts'
import { questions, questionUpvotes, questionVoters } from './tables.ts'

type SessionId = Id<'LiveSession'>
type QuestionId = Id<'Question'>

/** A question with what it is ranked by. */
export type QuestionRow = typeof questions.$inferSelect & {
  /** Who has voted for any question of the session since it was asked, its author aside. */
  readonly voterCount: number
  /** `wilsonLowerBound(upvoteCount, voterCount)`. */
  readonly score: number
}

const Z2 = WILSON_Z * WILSON_Z

/** How many have voted since each question was asked, for all questions of the sessions in one pass over both. */
const seenIn = (sessionIds: readonly SessionId[]) => {
  const among = sql`= any(${sql.param([...sessionIds])}::uuid[])`
  return sql`(
  select moment.question_id as id, moment.voters
    - (case when own.last_voted_at >= moment.at then 1 else 0 end) as voters
  from (
    select m.*, sum(m.voter) over (partition by m.session_id order by m.at desc range unbounded preceding) as voters
    from (
      select session_id, asked_at as at, id as question_id, author_id, 0 as voter from ${questions}
      where session_id ${among}
      union all
      select session_id, last_voted_at, null, null, 1 from ${questionVoters} where session_id ${among}
    ) m
  ) moment
  left join ${questionVoters} own on own.session_id = moment.session_id and own.user_id = moment.author_id
  where moment.question_id is not null
) seen`
}

/** The same for a few questions, which is cheaper than for all of their sessions. */
const seenSince = sql`lateral (
  select ${questions.id} as id, count(*) as voters from ${questionVoters} v
  where v.session_id = ${questions.sessionId} and v.last_voted_at >= ${questions.askedAt} and v.user_id <> ${questions.authorId}
) seen`

const k = sql`${questions.upvoteCount}::double precision`
/** Never below the votes themselves, so that no row can make the formula fail for a whole page. */
const voterCount = sql<number>`greatest(seen.voters, ${questions.upvoteCount})`
const n = sql`${voterCount}::double precision`
/** As `wilsonLowerBound`. */
const score = sql<number>`(case when ${questions.upvoteCount} = 0 then 0::double precision else greatest(0::double precision, (
  ${k} + ${Z2 / 2}::double precision - ${WILSON_Z}::double precision * sqrt(${k} * (${n} - ${k}) / ${n} + ${Z2 / 4}::double precision)
) / (${n} + ${Z2}::double precision)) end)`

const selectQuestions = (db: Db | Tx, seen: SQL) =>
  db
    .select({
      ...getTableColumns(questions),
      voterCount: voterCount.mapWith(Number).as('voter_count'),
      score: score.mapWith(Number).as('score'),
      place: sql<number>`row_number() over (
        partition by ${questions.sessionId} order by ${score} desc, ${questions.askedAt}, ${questions.id}
      )`
        .mapWith(Number)
        .as('place'),
    })
    .from(questions)
    .innerJoin(seen, sql`seen.id = ${questions.id}`)

/** Rows in the order of `ids`; null where there is none. Made for a loader. */
export async function findQuestions(db: Db | Tx, ids: readonly QuestionId[]): Promise<(QuestionRow | null)[]> {
  const rows = await selectQuestions(db, seenSince).where(inArray(questions.id, [...ids]))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

export async function getQuestion(db: Db | Tx, id: QuestionId): Promise<QuestionRow> {
  const [row] = await findQuestions(db, [id])
  if (!row) throw new Error(`no question ${id}`)
  return row
}

/** For each of `sessionIds` its questions in `state`, null for all, best first. One statement for all. */
export async function findQuestionPages(
  db: Db | Tx,
  sessionIds: readonly SessionId[],
  state: QuestionState | null,
  page: Page,
): Promise<Map<SessionId, QuestionRow[]>> {
  const after = page.after === null ? null : parseQuestionKey(page.after)
  const following = selectQuestions(db, seenIn(sessionIds))
    .where(
      and(
        inArray(questions.sessionId, [...sessionIds]),
        state === null ? undefined : eq(questions.state, state),
        after
          ? sql`(-${score}, ${questions.askedAt}, ${questions.id})
              > (-${after.score}::double precision, ${after.askedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .as('following')
  const rows = await db.select().from(following).where(lte(following.place, page.limit)).orderBy(following.place)
  const bySession = Map.groupBy(rows, (row) => row.sessionId)
  return new Map(sessionIds.map((id) => [id, bySession.get(id) ?? []]))
}

/** The place of a question in a list that is best first. */
export const questionKey = ({ score, askedAt, id }: Pick<QuestionRow, 'score' | 'askedAt' | 'id'>): string =>
  `${score},${askedAt.getTime()},${id}`

export function parseQuestionKey(key: string): { score: number; askedAt: Date; id: QuestionId } {
  const [, score, ms = '', text = ''] = /^([\d.e-]{1,30}),([\d-]+),(.{36})$/.exec(key) ?? []
  const askedAt = parseMilliseconds(ms)
  const id = parseId<'Question'>(text)
  if (!id || !askedAt || !Number.isFinite(Number(score))) throw foreignCursor()
  return { score: Number(score), askedAt, id }
}

/** Where a question belongs; null if there is none. */
export async function findQuestionPlace(
  db: Db | Tx,
  id: QuestionId,
): Promise<{
  readonly sessionId: SessionId
  readonly authorId: Id<'User'>
  readonly askedAt: Date
  readonly state: QuestionState
} | null> {
  const { sessionId, authorId, askedAt, state } = questions
  const [row] = await db.select({ sessionId, authorId, askedAt, state }).from(questions).where(eq(questions.id, id))
  return row ?? null
}

export async function insertQuestion(tx: Tx, row: typeof questions.$inferInsert): Promise<void> {
  await tx.insert(questions).values(row)
}

export async function updateQuestion(
  tx: Tx,
  id: QuestionId,
  change: Partial<Pick<QuestionRow, 'state' | 'answerAt'>>,
): Promise<void> {
  await tx.update(questions).set(change).where(eq(questions.id, id))
}

export const countOpenQuestions = (db: Db | Tx, sessionId: SessionId, authorId?: Id<'User'>): Promise<number> =>
  db.$count(
    questions,
    and(
      eq(questions.sessionId, sessionId),
      eq(questions.state, 'OPEN'),
      authorId === undefined ? undefined : eq(questions.authorId, authorId),
    ),
  )

/** The question of the session that is being answered; null if none is. */
export async function findAnswering(db: Db | Tx, sessionId: SessionId): Promise<QuestionRow | null> {
  const [row] = await selectQuestions(db, seenSince).where(
    and(eq(questions.sessionId, sessionId), eq(questions.state, 'ANSWERING')),
  )
  return row ?? null
}

/** True if this is the user's first vote for the question. Lock the board first. */
export async function insertUpvoteOnce(
  tx: Tx,
  sessionId: SessionId,
  vote: typeof questionUpvotes.$inferInsert,
): Promise<boolean> {
  const { questionId, userId } = vote
  const at = sql`${vote.at.toISOString()}::timestamptz`
  // One statement, because all who vote in a session wait for each other.
  const counted = await tx.execute(sql`
    with vote as (
      insert into ${questionUpvotes} (question_id, user_id, at) values (${questionId}::uuid, ${userId}::uuid, ${at})
      on conflict do nothing returning question_id
    ), voter as (
      insert into ${questionVoters} as v (session_id, user_id, last_voted_at)
      select ${sessionId}::uuid, ${userId}::uuid, ${at} from vote
      on conflict (session_id, user_id) do update set last_voted_at = greatest(v.last_voted_at, excluded.last_voted_at)
    )
    update ${questions} q set upvote_count = q.upvote_count + 1 from vote where q.id = vote.question_id returning q.id`)
  return counted.length > 0
}
