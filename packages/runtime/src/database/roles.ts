import type postgres from 'postgres'
import { fingerprintOf, passwordOf, scramVerifier } from './login.ts'

/**
 * Makes `role` a login without any rights, whose password follows from the administrator's `url`, and `sql`'s user a member
 * of it. Does nothing if it is so already. Roles belong to the whole cluster, where no lock of one database helps: a rival may
 * create or change it in between.
 */
export async function ensureLogin(sql: postgres.Sql, url: string, role: string): Promise<void> {
  const password = passwordOf(url, role)
  const mark = password === null ? 'planet login' : fingerprintOf(password)
  const verifier = password === null ? 'null' : `'${scramVerifier(password)}'`
  await sql.unsafe(`do $$
    declare
      v_set text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
    begin
      for attempt in 1..20 loop
        begin
          if not exists (select from pg_roles where rolname = '${role}') then create role "${role}"; end if;
          -- From Postgres 16 on, whoever creates a role may give it away, and is no member of it with its rights.
          if not (pg_has_role('${role}', 'usage') and pg_has_role('${role}', v_set)) then grant "${role}" to current_user; end if;
          if not exists (select from pg_roles where rolname = '${role}' and rolcanlogin and shobj_description(oid, 'pg_authid') = '${mark}') then
            alter role "${role}" login nocreatedb nocreaterole password ${verifier};
            comment on role "${role}" is '${mark}';
          end if;
          return;
        exception when duplicate_object or unique_violation or internal_error then
          perform pg_sleep(0.05);
        end;
      end loop;
      raise exception 'role ${role} could not be created';
    end $$`)
}
