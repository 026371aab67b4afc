import postgres from 'postgres'
import { fingerprintOf, loginUrl, passwordOf, scramVerifier } from '../database/login.ts'

/** Owns the database and makes the other logins. It is no superuser: no file and no program of the host is within its reach. */
export const OWNER = 'planet_owner'

/**
 * Makes `database` with its owner where it is missing. `superuserUrl` is used for nothing else. What an earlier version made
 * as superuser becomes the owner's. Returns the owner's URL of `database`.
 */
export async function ensureDatabase(superuserUrl: string, database: string): Promise<string> {
  const url = new URL(loginUrl(superuserUrl, OWNER))
  url.pathname = `/${database}`
  const isOwned = await withSql(superuserUrl, async (sql) => {
    await ensureOwner(sql, superuserUrl)
    const [found] = await sql<{ owner: string }[]>`
      select pg_get_userbyid(datdba) as owner from pg_database where datname = ${database}`
    if (!found) await sql`create database ${sql(database)} owner ${sql(OWNER)}`
    return !found || found.owner === OWNER
  })
  if (!isOwned) await handOver(superuserUrl, database)
  return url.href
}

async function ensureOwner(sql: postgres.Sql, superuserUrl: string): Promise<void> {
  const password = passwordOf(superuserUrl, OWNER)
  if (password === null) throw new Error('the superuser of the embedded Postgres has a password')
  const mark = fingerprintOf(password)
  const [found] = await sql<{ mark: string | null }[]>`
    select shobj_description(oid, 'pg_authid') as mark from pg_roles where rolname = ${OWNER}`
  if (found?.mark === mark) return
  if (!found) await sql`create role ${sql(OWNER)}`
  await sql.unsafe(`
    alter role ${OWNER} login nosuperuser createrole createdb password '${scramVerifier(password)}';
    comment on role ${OWNER} is '${mark}'`)
}

/** The database itself comes last: until then this is done again at the next start. */
async function handOver(superuserUrl: string, database: string): Promise<void> {
  const url = new URL(superuserUrl)
  url.pathname = `/${database}`
  await withSql(url.href, (sql) =>
    sql.unsafe(`do $$
      declare
        v_statement text;
      begin
        for v_statement in
          select format('grant %I to ${OWNER} with admin option', rolname) from pg_roles
            where rolname like 'planet\\_%' and rolname <> '${OWNER}'
          union all
          select format('alter schema %I owner to ${OWNER}', nspname) from pg_namespace
            where nspowner = session_user::regrole and nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
          union all
          select format('alter table %I.%I owner to ${OWNER}', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
            where relowner = session_user::regrole and relkind in ('r', 'p', 'v', 'm') and nspname !~ '^pg_' and nspname <> 'information_schema'
          union all
          select format('alter routine %s owner to ${OWNER}', p.oid::regprocedure) from pg_proc p join pg_namespace n on n.oid = pronamespace
            where proowner = session_user::regrole and nspname !~ '^pg_' and nspname <> 'information_schema'
        loop
          execute v_statement;
        end loop;
        execute format('alter database %I owner to ${OWNER}', current_database());
      end $$`),
  )
}

async function withSql<Result>(url: string, work: (sql: postgres.Sql) => PromiseLike<Result>): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
