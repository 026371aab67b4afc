drop function event_log.expire(timestamptz);

-- How far the log had come, and when. The time of an event itself says nothing here: a sandbox replays the past.
create table event_log.milestone (pos bigint primary key, at timestamptz not null default now());

-- What each consumer has, with effects that are stored: what comes after is kept, until the row is removed.
create table event_log.consumer (name text primary key, pos bigint not null);

create function event_log.hold(p_name text, p_pos bigint) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits for a batch that knows nothing of this consumer yet: what is the oldest afterwards stays.
  perform pg_advisory_xact_lock_shared(hashtextextended('event_log.expire', 0));
  insert into event_log.consumer (name, pos) values (p_name, p_pos)
    on conflict (name) do update set pos = excluded.pos;
end
$$;

-- Forgets up to p_limit of the oldest events, of those that have been readable for longer than p_keep and that every consumer
-- has. Positions are dense, so what is left has no hole. Answers how many, and who holds back what is old enough.
create function event_log.expire(p_keep interval, p_limit integer, out expired bigint, out held_by text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_until bigint;
  v_held bigint;
  v_oldest bigint;
begin
  expired := 0;
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

revoke all on function event_log.hold(text, bigint), event_log.expire(interval, integer) from public;
grant execute on function event_log.hold(text, bigint), event_log.expire(interval, integer) to planet_relay;
