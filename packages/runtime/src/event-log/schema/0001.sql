create table event_log.event (
  id bigserial primary key,
  xid xid8 not null default pg_current_xact_id(),
  stream text not null,
  seq bigint not null,
  type text not null,
  payload jsonb not null,
  at timestamptz not null,
  -- Null until the relay has given the event its place in the order of the whole log. Dense from 1.
  pos bigint unique,
  unique (stream, seq)
);
create index event_unpositioned on event_log.event (id) where pos is null;
-- Every event is updated once, so half of what is written is soon dead.
alter table event_log.event set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- One row. The epoch changes when history is lost (a restore): a cursor of another epoch means another history.
create table event_log.event_head (pos bigint not null, epoch text not null) with (fillfactor = 10);
create unique index event_head_is_one_row on event_log.event_head ((true));
insert into event_log.event_head (pos, epoch) values (0, replace(gen_random_uuid()::text, '-', ''));

-- The last seq of each stream. Its row is locked until the writer commits: that is what makes seq dense and ordered.
create table event_log.stream (stream text primary key, seq bigint not null) with (fillfactor = 50);

-- No notify here: it takes a lock of the whole database at commit and costs writers half of their throughput.
create function event_log.append(p_stream text, p_type text, p_payload jsonb, p_at timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
begin
  update event_log.stream s set seq = s.seq + 1 where s.stream = p_stream returning s.seq into v_seq;
  if v_seq is null then
    insert into event_log.stream as s (stream, seq) values (p_stream, 1)
      on conflict (stream) do update set seq = s.seq + 1 returning s.seq into v_seq;
  end if;
  insert into event_log.event (stream, seq, type, payload, at) values (p_stream, v_seq, p_type, p_payload, p_at);
  return v_seq;
end
$$;

-- Gives up to p_limit committed events their positions and tells the listeners once.
-- Answers how many; -1 when some wait for an older writing transaction; null when another relay is at work.
-- Without the lock two relays could give one event two positions. It is taken before the statement whose snapshot counts.
create function event_log.relay(p_limit integer) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp
  -- After a backlog the statistics may still call "pos is null" common; a scan of the whole log must not follow.
  -- Forbidding it makes the planner believe in enormous costs, for which it would compile the statement: 230 ms a call.
  set enable_seqscan = off set jit = off
as $$
declare
  v_count bigint;
begin
  if not exists (select from event_log.event where pos is null) then
    return 0;
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('event_log.relay', 0)) then
    return null;
  end if;
  with x as (
    select pg_snapshot_xmin(pg_current_snapshot()) as xmin
  ), blocked as (
    select e.stream, min(e.seq) as seq from event_log.event e, x where e.pos is null and e.xid >= x.xmin group by e.stream
  ), s as (
    select e.id, row_number() over (order by e.id) as rn
    from event_log.event e, x
    where e.pos is null and e.xid < x.xmin
      and not exists (select from blocked b where b.stream = e.stream and b.seq < e.seq)
    order by e.id
    limit p_limit
  ), h as (
    update event_log.event_head set pos = pos + (select count(*) from s)
    where exists (select from s)
    returning pos - (select count(*) from s) as base
  )
  update event_log.event e set pos = h.base + s.rn from s, h where e.id = s.id;
  get diagnostics v_count = row_count;
  if v_count = 0 then
    return -1;
  end if;
  perform pg_notify('event_log', (select h.pos::text from event_log.event_head h));
  return v_count;
end
$$;

-- Forgets the events before p_before, up to the first that is younger: what is left stays dense. Answers how many.
create function event_log.expire(p_before timestamptz) returns bigint
  language sql set search_path = pg_catalog, pg_temp
as $$
  with kept as (
    select coalesce((select e.pos from event_log.event e where e.pos is not null and e.at >= p_before order by e.pos limit 1), h.pos + 1) as pos
    from event_log.event_head h
  ), gone as (
    delete from event_log.event e using kept where e.pos < kept.pos returning 1
  )
  select count(*) from gone
$$;

-- To be called after a restore. The ids of transactions start anew in a new cluster, so what waits is stamped again.
create function event_log.start_epoch() returns text
  language sql set search_path = pg_catalog, pg_temp
as $$
  update event_log.event set xid = pg_current_xact_id() where pos is null;
  update event_log.event_head set epoch = replace(gen_random_uuid()::text, '-', '') returning epoch;
$$;

revoke all on all functions in schema event_log from public;
grant usage on schema event_log to planet_relay;
grant select on event_log.event, event_log.event_head to planet_relay;
grant update (pos) on event_log.event, event_log.event_head to planet_relay;
grant execute on function event_log.relay(integer) to planet_relay;
