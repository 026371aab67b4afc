/**
 * The flagship query by hand: one process that can do nothing else, one prepared statement that has the database make all
 * the JSON it can, tokens verified as the gateway does it. Reads DATABASE_URL, PORT and PLANET_HOME.
 */
import { createServer } from 'node:http'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { ballotsOf } from '@planet/live/voting/domain/ballots'
import { type BrierRecord, skillOf } from '@planet/live/voting/domain/record'
import { roomConsensus } from '@planet/live/voting/domain/room'
import type { Vote } from '@planet/live/voting/domain/vote'
import { baseWeight, type VoterRecord } from '@planet/live/voting/domain/weight'
import { findTopic } from '@planet/posts/topics/domain/topic'
import { encodeCursor } from '@planet/runtime/connection'
import { parseId } from '@planet/runtime/ids'
import { formatDuration } from '@planet/runtime/scalars'
import { hasRole } from '@planet/runtime/viewer'
import postgres from 'postgres'

const PAGE = 10
const CONNECTIONS = 10
/** As the platform's own interactive statements have it. */
const STATEMENT_TIMEOUT_MS = 3_000

type Session = {
  readonly title: string
  readonly status: 'SCHEDULED' | 'LIVE' | 'ENDED'
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly voteHorizonMs: number
  readonly consensusSeq: number
  readonly extremisingExponent: number | null
  readonly votes: readonly (Omit<Vote, 'castAt' | 'weight'> &
    Omit<VoterRecord, 'skill'> &
    BrierRecord & { readonly castAtMs: number; readonly finalWeight: number | null })[]
}

const weighed = ({ castAtMs, finalWeight, ...vote }: Session['votes'][number]): Vote => ({
  ...vote,
  castAt: new Date(castAtMs),
  weight: finalWeight ?? baseWeight({ ...vote, skill: skillOf(vote) }),
})

/** Texts except `lastAt`, `lastId`, `horizonMs` are JSON already. */
type Row = {
  readonly head: string
  readonly topics: readonly string[]
  readonly author: string
  readonly plan: string | null
  readonly horizonMs: string | null
  readonly outcome: string
  readonly totalCount: number
  readonly fees: string
  readonly edges: string
  readonly found: number
  readonly lastAt: string | null
  readonly lastId: string | null
  readonly sessions: string
  readonly circle: string
}

const sql = postgres(process.env.DATABASE_URL ?? '', {
  max: CONNECTIONS,
  query_timeout: (STATEMENT_TIMEOUT_MS + 1_000) / 1000,
  connection: { statement_timeout: STATEMENT_TIMEOUT_MS },
})

const find = (postId: string, userId: string, isAnalyst: boolean) => sql<Row[]>`
  select
    json_build_object('id', p.id, 'kind', p.kind, 'title', case when p.retracted_at is null then v.title else '' end,
      'publishedAt', to_char(p.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text as head,
    p.topics,
    (select json_build_object('handle', u.handle, 'displayName', u.display_name)::text from creators."user" u where u.id = p.author_id) as author,
    signal.plan, signal.horizon_ms as "horizonMs", coalesce(signal.outcome, 'null') as outcome,
    coalesce((select link_count from incentives.linked_trade_count where post_id = p.id), 0) as "totalCount",
    coalesce((
      select json_agg(json_build_object('amount', trim_scale(amount)::text, 'currency', currency) order by currency collate "C")
      from incentives.linked_trade_fee where post_id = p.id
    )::text, '[]') as fees,
    coalesce(linked.edges, '[]') as edges, linked.found, linked.last_at as "lastAt", linked.last_id as "lastId",
    coalesce(live.sessions, '[]') as sessions,
    coalesce((select json_build_object('name', c.name)::text from circles.circle c where c.id = p.circle_id), 'null') as circle
  from posts.post p
  join posts.post_version v on v.post_id = p.id and v.version = p.version
  left join lateral (
    select
      json_build_object('instrument', json_build_object('symbol', i.symbol, 'venue', i.venue), 'side', s.side,
        'entry', trim_scale(s.entry)::text, 'stop', trim_scale(s.stop)::text, 'targets', s.targets, 'conviction', s.conviction)::text as plan,
      s.horizon_ms,
      json_build_object('state', o.state, 'reason', o.reason, 'rGross', o.r_gross, 'rNet', o.r_net, 'feeR', o.fee_r,
        'fundingR', o.funding_r, 'ambiguous', o.ambiguous,
        'resolution', case o.resolution when '1m' then 'MINUTE_1' when '5m' then 'MINUTE_5' when '15m' then 'MINUTE_15'
          when '1h' then 'HOUR_1' when '4h' then 'HOUR_4' when '1d' then 'DAY_1' end,
        'fills', (
          select coalesce(json_agg(json_build_object('at', f->'at', 'kind', case f->>'kind' when 'STOP_GAP' then 'STOP'
            when 'EXPIRED' then 'EXPIRY' when 'RETRACTED' then 'CLOSE' when 'REVISED' then 'CLOSE' else f->>'kind' end,
            'price', f->'price', 'fraction', f->'fraction') order by n), '[]')
          from jsonb_array_elements(o.fills) with ordinality fill(f, n)
        ))::text as outcome
    from posts.signal s
    join trading.instrument i on i.id = s.instrument_id
    left join trading.signal_outcome o on o.signal_id = s.id
    where s.post_id = p.id
  ) signal on true
  left join lateral (
    select
      json_agg(edge order by executed_at desc, trade_id desc) filter (where n <= ${PAGE})::text as edges,
      count(*)::int as found,
      (array_agg(trade_id order by n desc) filter (where n <= ${PAGE}))[1]::text as last_id,
      (extract(epoch from min(executed_at) filter (where n <= ${PAGE})) * 1000)::bigint::text as last_at
    from (
      select l.executed_at, l.trade_id, row_number() over (order by l.executed_at desc, l.trade_id desc) as n,
        json_build_object('rule', l.rule, 'eligible', l.reason is null, 'reason', l.reason,
          'creditLastTouch', trim_scale(l.credit_last_touch)::text, 'creditTimeDecay', trim_scale(l.credit_time_decay)::text,
          'creditShapley', trim_scale(l.credit_shapley)::text,
          'node', json_build_object('id', t.id, 'side', t.side, 'price', trim_scale(t.price)::text,
            'quantity', trim_scale(t.quantity)::text,
            'fee', json_build_object('amount', trim_scale(t.fee)::text, 'currency', t.currency),
            'executedAt', to_char(t.executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'instrument', json_build_object('symbol', i.symbol), 'agreesWithSignal', k.agrees_with_signal)) as edge
      from (
        select * from incentives.trade_link
        where post_id = p.id and (${isAnalyst} or user_id = ${userId})
        order by executed_at desc, trade_id desc limit ${PAGE + 1}
      ) l
      join incentives.trade k on k.id = l.trade_id
      join trading.trade t on t.id = l.trade_id
      join trading.instrument i on i.id = t.instrument_id
    ) rows
  ) linked on true
  left join lateral (
    select json_agg(json_build_object('title', s.title, 'status', s.status, 'startedAt', extract(epoch from s.started_at) * 1000,
      'endedAt', extract(epoch from s.ended_at) * 1000, 'voteHorizonMs', s.vote_horizon_ms, 'consensusSeq', s.consensus_seq, 'extremisingExponent', s.extremising_exponent,
      'votes', (
        select coalesce(json_agg(json_build_object('voterId', vote.user_id, 'probabilityUp', vote.probability_up,
          'castAtMs', extract(epoch from vote.cast_at) * 1000,
          'finalWeight', vote.final_weight, 'isKycVerified', coalesce(known.is_verified, false),
          'settledCount', coalesce(known.settled_count, 0), 'brierSum', coalesce(known.brier_sum, 0), 'upCount', coalesce(known.up_count, 0),
          'identityClusterId', coalesce(vote.final_identity_cluster_id, known.voting_cluster_id, known.identity_cluster_id, vote.user_id))), '[]')
        from live.vote vote left join live.voter known on known.user_id = vote.user_id where vote.session_id = s.id
      )) order by s.scheduled_for desc, s.id desc)::text as sessions
    from (
      select s.* from live.live_session_post sp join live.live_session s on s.id = sp.session_id
      where sp.post_id = p.id order by s.scheduled_for desc, s.id desc limit 3
    ) s
  ) live on true
  where p.id = ${postId} and (p.audience = 'PUBLIC' or p.author_id = ${userId} or exists (
    select from posts.circle_member m where m.circle_id = p.circle_id and m.user_id = ${userId}
  ))`

function consensusOf(session: Session): unknown {
  if (session.startedAt === null) return null
  const consensus = roomConsensus(
    {
      ...session,
      startedAt: new Date(session.startedAt),
      endedAt: session.endedAt === null ? null : new Date(session.endedAt),
    },
    ballotsOf(session.votes.map(weighed)),
    new Date(),
  )
  const { seq } = consensus
  if (consensus.state === 'HIDDEN') return { probabilityUp: null, low90: null, high90: null, entropy: null, seq }
  const { probabilityUp, low90, high90, entropy } = consensus
  return { probabilityUp, low90, high90, entropy, seq }
}

function textOf(row: Row): string {
  const sessions = (JSON.parse(row.sessions) as Session[]).map((session) => ({
    node: { title: session.title, consensus: consensusOf(session) },
  }))
  const topics = row.topics.flatMap((code) => findTopic(code) ?? []).map(({ name }) => ({ name }))
  const signal = row.plan
    ? `${row.plan.slice(0, -1)},"horizon":"${formatDuration(Number(row.horizonMs))}","outcome":${row.outcome}}`
    : 'null'
  const pageInfo = {
    hasNextPage: row.found > PAGE,
    endCursor: row.lastAt === null ? null : encodeCursor(`${row.lastAt},${row.lastId}`),
  }
  return `{"data":{"post":${row.head.slice(0, -1)},"topics":${JSON.stringify(topics)},"author":${row.author},"signal":${signal},"linkedTrades":{"totalCount":${row.totalCount},"feesPaid":${row.fees},"edges":${row.edges},"pageInfo":${JSON.stringify(pageInfo)}},"liveSessions":{"edges":${JSON.stringify(sessions)}},"circle":${row.circle}}}}`
}

const { verifyToken } = await openDevIssuer(process.env.PLANET_HOME ?? '')

createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', async () => {
    const { variables } = JSON.parse(Buffer.concat(parts).toString()) as { variables?: { id?: string } }
    const { viewer } = await verifyToken(request.headers.authorization?.slice('Bearer '.length) ?? '')
    const postId = parseId<'Post'>(variables?.id ?? '')
    const [row] = postId ? await find(postId, viewer.userId, hasRole(viewer, 'analyst')) : []
    const text = row ? textOf(row) : '{"data":{"post":null}}'
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
