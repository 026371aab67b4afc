-- Who is asked is always the login, `session_user`: it cannot be changed from within a connection, as a role can.

-- What each role reads beside the events of its own subgraph; `*` is everything.
create table event_log.reader (role text not null, type text not null, primary key (role, type));
insert into event_log.reader (role, type) values ('planet_relay', '*');

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

create function event_log.is_among(p_type text, p_readable text[]) returns boolean
  language sql immutable
return '*' = any (p_readable) or p_type = any (p_readable) or split_part(p_type, '.', 1) || '.*' = any (p_readable);

-- The log as the login may read it. Every position is there, so that a reader knows that it misses nothing; what is not for
-- it is empty.
create view event_log.entry as
  select e.id, e.pos, e.seq, e.at,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.stream else '' end as stream,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.type else '' end as type,
    case when event_log.is_among(e.type, (select event_log.readable())) then e.payload else '{}' end as payload
  from event_log.event e;

create or replace function event_log.append(p_stream text, p_type text, p_payload jsonb, p_at timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
begin
  if not event_log.acts_for(split_part(p_type, '.', 1)) then
    raise insufficient_privilege using message = format('%s may not tell of %s', session_user, p_type);
  end if;
  update event_log.stream s set seq = s.seq + 1 where s.stream = p_stream returning s.seq into v_seq;
  if v_seq is null then
    insert into event_log.stream as s (stream, seq) values (p_stream, 1)
      on conflict (stream) do update set seq = s.seq + 1 returning s.seq into v_seq;
  end if;
  insert into event_log.event (stream, seq, type, payload, at) values (p_stream, v_seq, p_type, p_payload, p_at);
  return v_seq;
end
$$;

create or replace function event_log.hold(p_name text, p_pos bigint) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Where all subgraphs share a process, their consumers share the reader of the whole log.
  if not (event_log.acts_for(split_part(p_name, '.', 1)) or event_log.acts_for('relay')) then
    raise insufficient_privilege using message = format('%s may not hold for %s', session_user, p_name);
  end if;
  -- Waits for a batch that knows nothing of this consumer yet: what is the oldest afterwards stays.
  perform pg_advisory_xact_lock_shared(hashtextextended('event_log.expire', 0));
  insert into event_log.consumer (name, pos) values (p_name, p_pos)
    on conflict (name) do update set pos = excluded.pos;
end
$$;

-- A subgraph that runs apart, under its own login, positions and expires events too: it gets to see nothing of them.
alter function event_log.relay(integer) security definer;

create or replace function event_log.expire(p_keep interval, p_limit integer, out expired bigint, out held_by text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_until bigint;
  v_held bigint;
  v_oldest bigint;
begin
  expired := 0;
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
  if v_until is null then
    return;
  end if;
  delete from event_log.milestone m where m.pos < v_until;
  select c.name, c.pos into held_by, v_held from event_log.consumer c where c.pos < v_until order by c.pos limit 1;
  select min(e.pos) into v_oldest from event_log.event e;
  delete from event_log.event e
    where e.pos between v_oldest and least(v_until, v_held, v_oldest + p_limit - 1);
  get diagnostics expired = row_count;
end
$$;

revoke all on all functions in schema event_log from public;
grant select on event_log.entry to planet_relay;
grant execute on function event_log.readable(), event_log.is_among(text, text[]) to planet_relay;
