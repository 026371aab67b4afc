-- Every type of event there is, as the registry tells it; `kept` says for how long.
create table event_log.event_type (type text primary key, kept text not null check (kept in ('FACT', 'PASSING')));

-- What is committed and has no position yet. Small: the relay takes events out within milliseconds.
create table event_log.inbox (
  id bigserial primary key,
  stream text not null,
  seq bigint not null,
  type text not null,
  kept text not null,
  payload jsonb not null,
  at timestamptz not null
);
-- Every row is deleted soon, so most of the table is dead.
alter table event_log.inbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- The log itself, in the order of `pos`, which is dense from 1 over both tables. What happened is kept for ever, in partitions
-- of as many positions as `event_head` says; what passes goes with its partition, a quarter of a day.
-- `seq` is dense from 1 within the stream. The locks of `append` and `relay` make both unique: no index has to.
create table event_log.fact (
  pos bigint not null,
  stream text not null,
  seq bigint not null,
  type text not null,
  payload jsonb not null,
  at timestamptz not null,
  logged_at timestamptz not null
) partition by range (pos);
create index on event_log.fact (pos);

create table event_log.passing (like event_log.fact) partition by range (logged_at);
create index on event_log.passing (pos);

-- One row. The epoch changes when history is lost (a restore): a cursor of another epoch means another history.
create table event_log.event_head (
  pos bigint not null default 0,
  epoch text not null default replace(gen_random_uuid()::text, '-', ''),
  -- Clients may read what comes after it. Facts up to `archived_until` are in the archive and not here.
  expired_until bigint not null default 0,
  archived_until bigint not null default 0,
  -- The last position that has a partition, and how many positions the next partition gets.
  covered_until bigint not null default 0,
  partition_size bigint not null default 1000000
) with (fillfactor = 10);
create unique index event_head_is_one_row on event_log.event_head ((true));
insert into event_log.event_head default values;

-- Facts that were put away, from the first on without a hole: what each file holds, for its readers to check.
create table event_log.archive (
  first_pos bigint primary key,
  last_pos bigint not null,
  fact_count bigint not null,
  -- Of the lines of the file, uncompressed, in hexadecimal.
  sha256 text not null,
  file text not null,
  format integer not null,
  archived_at timestamptz not null default now()
);

-- The last seq of each stream. Its row is locked until the writer commits: that is what makes seq dense and ordered.
create table event_log.stream (stream text primary key, seq bigint not null) with (fillfactor = 50);

-- How far the log had come, and when. The time of an event itself says nothing here: a sandbox replays the past.
create table event_log.milestone (pos bigint primary key, at timestamptz not null default now());

-- What each role reads beside the events of its own subgraph; `*` is everything.
create table event_log.reader (role text not null, type text not null, primary key (role, type));
insert into event_log.reader (role, type) values ('planet_relay', '*');

-- Facts that a consumer could not handle, and those of the same stream that wait for them.
create table event_log.set_aside (
  consumer text not null,
  pos bigint not null,
  stream text not null,
  type text not null,
  -- Whether later facts of the stream wait for this one.
  blocks boolean not null,
  -- Null for one that was not tried, because it waits.
  error text,
  set_aside_at timestamptz not null default now(),
  -- When an operator asked for it to be tried again.
  retry_at timestamptz,
  primary key (consumer, pos)
);

-- Who is asked is always the login, `session_user`: it cannot be changed from within a connection, as a role can.
-- Whether the login may act for a subgraph: it has its role, or is the owner of the log.
create function event_log.acts_for(p_subgraph text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select pg_has_role(session_user, coalesce(to_regrole(quote_ident('planet_' || p_subgraph)), current_user::regrole)::oid, 'member')
$$;

-- The types that the login may read, and of its own subgraph `<name>.*`.
create function event_log.readable() returns text[]
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(r.type), '{}') || coalesce(array_agg(substr(r.role, length('planet_') + 1) || '.*'), '{}')
  from event_log.reader r
  where pg_has_role(session_user, coalesce(to_regrole(quote_ident(r.role)), current_user::regrole)::oid, 'member')
$$;

-- `p_readable` stands here once: only so may Postgres put the expression itself into the view, and calls nothing for each row.
create function event_log.is_among(p_type text, p_readable text[]) returns boolean
  language sql immutable
return array['*', p_type, split_part(p_type, '.', 1) || '.*'] && p_readable;

-- The log as the login may read it. Every position that is kept is there, so that a reader knows that it misses nothing; what
-- is not for it is empty.
create view event_log.entry as
  select e.pos, e.seq, e.at, e.logged_at, e.kept,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.stream else '' end as stream,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.type else '' end as type,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.payload else '{}' end as payload
  from (
    select f.*, 'FACT' as kept from event_log.fact f
    union all
    select p.*, 'PASSING' as kept from event_log.passing p
  ) e;

-- What waits for its position: nothing is told of it but that it is there.
create view event_log.waiting as select i.id from event_log.inbox i;

-- No notify here: it takes a lock of the whole database at commit and costs writers half of their throughput.
create function event_log.append(p_stream text, p_type text, p_payload jsonb, p_at timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
  v_kept text;
begin
  if not event_log.acts_for(split_part(p_type, '.', 1)) then
    raise insufficient_privilege using message = format('%s may not tell %s', session_user, p_type);
  end if;
  select t.kept into v_kept from event_log.event_type t where t.type = p_type;
  if v_kept is null then
    raise invalid_parameter_value using message = format('%s is not in the registry of events', p_type);
  end if;
  update event_log.stream s set seq = s.seq + 1 where s.stream = p_stream returning s.seq into v_seq;
  if v_seq is null then
    insert into event_log.stream as s (stream, seq) values (p_stream, 1)
      on conflict (stream) do update set seq = s.seq + 1 returning s.seq into v_seq;
  end if;
  insert into event_log.inbox (stream, seq, type, kept, payload, at)
    values (p_stream, v_seq, p_type, v_kept, p_payload, p_at);
  return v_seq;
end
$$;

-- The name of the partition for what passes at p_at.
create function event_log.passing_partition(p_at timestamptz) returns text
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select 'passing_' || to_char(date_bin('6 hours', p_at, '2000-01-01Z') at time zone 'UTC', 'YYYYMMDD_HH24')
$$;

-- Makes the partitions that facts up to p_until, and what passes at p_at, go to. Nobody reads or writes the log meanwhile: a
-- statement that was planned before would not look into the new partition, and miss what was told with its head.
create function event_log.ensure_partitions(p_until bigint, p_at timestamptz) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_covered bigint;
  v_size bigint;
  v_name text := event_log.passing_partition(p_at);
  v_begin timestamptz := date_bin('6 hours', p_at, '2000-01-01Z');
begin
  perform pg_advisory_xact_lock(hashtextextended('event_log.partitions', 0));
  if to_regclass('event_log.' || v_name) is null then
    execute format('create table event_log.%I partition of event_log.passing for values from (%L) to (%L)',
      v_name, v_begin, v_begin + interval '6 hours');
  end if;
  select h.covered_until, h.partition_size into v_covered, v_size from event_log.event_head h;
  while v_covered < p_until loop
    execute format('create table event_log.%I partition of event_log.fact for values from (%s) to (%s)',
      'fact_' || v_covered + 1, v_covered + 1, v_covered + v_size + 1);
    v_covered := v_covered + v_size;
    update event_log.event_head set covered_until = v_covered;
  end loop;
end
$$;

-- Makes partitions before they are needed: of facts when half of the newest one is used up, of what passes a quarter of a day
-- ahead. Gives up rather than keep anybody waiting; there is time for many attempts.
create function event_log.prepare_partitions() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
as $$
begin
  perform event_log.ensure_partitions((select h.pos + h.partition_size / 2 from event_log.event_head h), now());
  perform event_log.ensure_partitions(0, now() + interval '6 hours');
end
$$;

-- Gives up to p_limit committed events their positions and tells the listeners once.
-- Answers how many; null when another relay is at work.
-- Without the lock two relays could give two events one position. It is taken before the statement whose snapshot counts.
-- Events that are not visible yet get a later position, whatever their id. Within a stream that cannot be: who appends to it waits
-- for the commit of whoever did before, so what is visible is visible from the stream's beginning on, in the order of ids.
create function event_log.relay(p_limit integer) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  -- The statistics may be wrong about how much waits; a scan of all that is dead must not follow.
  -- Forbidding it makes the planner believe in enormous costs, for which it would compile the statement: 230 ms a call.
  set enable_seqscan = off set jit = off
as $$
declare
  v_count bigint;
begin
  if not exists (select from event_log.inbox) then
    return 0;
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('event_log.relay', 0)) then
    return null;
  end if;
  -- They are prepared long before, unless nobody had run for hours.
  if to_regclass('event_log.' || event_log.passing_partition(now())) is null
    or exists (select from event_log.event_head h where h.covered_until < h.pos + p_limit) then
    perform event_log.ensure_partitions((select h.pos + p_limit from event_log.event_head h), now());
  end if;
  with s as (
    select e.id, row_number() over (order by e.id) as rn
    from (select i.id from event_log.inbox i order by i.id limit p_limit) e
  ), h as (
    update event_log.event_head set pos = pos + (select count(*) from s)
    where exists (select from s)
    returning pos - (select count(*) from s) as base
  ), taken as (
    delete from event_log.inbox e using s where e.id = s.id
    returning s.rn, e.stream, e.seq, e.type, e.kept, e.payload, e.at
  ), placed as (
    select h.base + t.rn as pos, t.stream, t.seq, t.type, t.kept, t.payload, t.at from taken t, h
  ), facts as (
    insert into event_log.fact (pos, stream, seq, type, payload, at, logged_at)
      select p.pos, p.stream, p.seq, p.type, p.payload, p.at, now() from placed p where p.kept = 'FACT' order by p.pos
  ), passing as (
    insert into event_log.passing (pos, stream, seq, type, payload, at, logged_at)
      select p.pos, p.stream, p.seq, p.type, p.payload, p.at, now() from placed p where p.kept = 'PASSING' order by p.pos
  )
  select count(*) into v_count from taken;
  perform pg_notify('event_log', (select h.pos::text from event_log.event_head h));
  return v_count;
end
$$;

-- Moves on from where clients may read, past what could be read for longer than p_keep, and drops what passes once none of it
-- can be read any more. Answers how many partitions.
create function event_log.expire(p_keep interval) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  -- Rather than keep readers waiting behind the drop, a partition is dropped at the next attempt.
  set lock_timeout = '500ms'
as $$
declare
  v_until bigint;
  v_name text;
  v_newest bigint;
  v_dropped integer := 0;
begin
  -- What clients are promised is not for a subgraph's login to shorten.
  if not event_log.acts_for('relay') then
    p_keep := greatest(p_keep, interval '24 hours');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('event_log.expire', 0));
  insert into event_log.milestone (pos)
    select h.pos from event_log.event_head h
    where not exists (select from event_log.milestone m where m.at > now() - p_keep / 24)
    on conflict do nothing;
  select max(m.pos) into v_until from event_log.milestone m where m.at <= now() - p_keep;
  delete from event_log.milestone m where m.pos < v_until;
  update event_log.event_head set expired_until = v_until where expired_until < v_until;
  select h.expired_until into v_until from event_log.event_head h;
  for v_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'event_log.passing'::regclass and c.relname < event_log.passing_partition(now())
  loop
    execute format('select max(p.pos) from event_log.%I p', v_name) into v_newest;
    continue when v_newest > v_until;
    execute format('drop table event_log.%I', v_name);
    v_dropped := v_dropped + 1;
  end loop;
  return v_dropped;
end
$$;

-- Whether the login may speak for a consumer `<subgraph>.<name>`.
create function event_log.require_consumer(p_consumer text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if not event_log.acts_for(split_part(p_consumer, '.', 1)) then
    raise insufficient_privilege using message = format('%s may not act for consumer %s', session_user, p_consumer);
  end if;
end
$$;

-- Notes that a consumer goes on without this fact.
create function event_log.put_aside(p_consumer text, p_pos bigint, p_stream text, p_type text, p_blocks boolean, p_error text)
  returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform event_log.require_consumer(p_consumer);
  insert into event_log.set_aside (consumer, pos, stream, type, blocks, error)
    values (p_consumer, p_pos, p_stream, p_type, p_blocks, p_error);
end
$$;

-- What a consumer has set aside, in the order of the log.
create function event_log.aside(p_consumer text)
  returns table (pos bigint, stream text, type text, blocks boolean, is_due boolean)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform event_log.require_consumer(p_consumer);
  return query
    select s.pos, s.stream, s.type, s.blocks, s.retry_at is not null from event_log.set_aside s
    where s.consumer = p_consumer order by s.pos;
end
$$;

-- Notes that the fact is handled after all. Answers whether it was still set aside.
create function event_log.take_up(p_consumer text, p_pos bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform event_log.require_consumer(p_consumer);
  delete from event_log.set_aside s where s.consumer = p_consumer and s.pos = p_pos;
  return found;
end
$$;

-- Notes why trying the fact again has failed.
create function event_log.fail_again(p_consumer text, p_pos bigint, p_error text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform event_log.require_consumer(p_consumer);
  update event_log.set_aside s set error = p_error, retry_at = null where s.consumer = p_consumer and s.pos = p_pos;
end
$$;

-- To be called after a restore.
create function event_log.start_epoch() returns text
  language sql set search_path = pg_catalog, pg_temp
as $$
  update event_log.event_head set epoch = replace(gen_random_uuid()::text, '-', '') returning epoch;
$$;

revoke all on all functions in schema event_log from public;
grant usage on schema event_log to planet_relay;
grant select on event_log.entry, event_log.waiting, event_log.event_head, event_log.archive to planet_relay;
grant execute on function event_log.readable(), event_log.is_among(text, text[]), event_log.relay(integer), event_log.expire(interval),
  event_log.prepare_partitions() to planet_relay;

select event_log.prepare_partitions();
