import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginUrl } from './database/login.ts'
import { ensureRoleAndSchema, openDatabase, roleOf } from './database.ts'
import { append } from './event-log/append.ts'
import { RELAY_ROLE } from './event-log/schema.ts'
import { createTestEventLog, type TestEventLog } from './testing/event-log.ts'

const DENIED = { code: '42501' }

let log: TestEventLog
/** A connection as somebody has it who runs what they like in a subgraph: `shop`, which consumes one type of `posts`. */
let shop: postgres.Sql

beforeAll(async () => {
  log = await createTestEventLog()
  await ensureRoleAndSchema(log.url, 'shop', ['posts.PostPublished'])
  shop = postgres(loginUrl(log.url, roleOf('shop')), { max: 1, onnotice: () => {} })
  for (const type of ['posts.PostPublished', 'posts.PostRetracted', 'shop.Sold', 'circles.MembershipChanged'])
    await log.admin`select event_log.append(${`secret-of-${type}`}, ${type}, ${log.admin.json({ secret: type })}, now())`
  await log.startRelay().idle()
})

afterAll(async () => {
  await shop?.end({ timeout: 5 })
  await log?.close()
})

describe('a subgraph', () => {
  it.each(['none', 'planet', 'planet_posts', 'planet_relay', 'planet_owner'])(
    'got back the rights of the administrator as `%s`; it is a login without any',
    async (role) => {
      await shop`select set_config('role', ${role}, false)`.catch(() => {})
      await shop`set session authorization default`.catch(() => {})
      expect(await shop`select session_user as login, current_user as role`).toEqual([
        { login: 'planet_shop', role: 'planet_shop' },
      ])
      await expect(shop`select * from posts.post`).rejects.toMatchObject(DENIED)
      await expect(shop`create role mine`).rejects.toMatchObject(DENIED)
      await expect(shop`create schema mine`).rejects.toMatchObject(DENIED)
    },
  )

  it('has no right that its role does not tell of', async () => {
    const rights =
      await shop`select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = session_user`
    expect(rights).toEqual([
      { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolbypassrls: false },
    ])
    expect(
      await shop`select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = session_user::regrole`,
    ).toEqual([])
  })

  it('read every payload; it reads its own events and what it consumes', async () => {
    await expect(shop`select payload from event_log.fact`).rejects.toMatchObject(DENIED)
    const seen = await shop`select stream, type, payload from event_log.entry order by pos`
    expect(seen).toHaveLength(4)
    expect(seen.filter(({ type }) => type !== '')).toEqual(
      ['posts.PostPublished', 'shop.Sold'].map((type) => ({ stream: `secret-of-${type}`, type, payload: { secret: type } })),
    )
    expect(JSON.stringify(seen)).not.toMatch(/Retracted|circles/)
    // Nor by what a condition lets be guessed.
    expect(await shop`select from event_log.entry where payload::text like '%Retracted%' or stream like '%circles%'`).toEqual([])
    for (const table of ['stream', 'reader', 'inbox', 'passing', 'event_type', 'milestone', 'migration'])
      await expect(shop.unsafe(`select * from event_log.${table}`)).rejects.toMatchObject(DENIED)
  })

  it('appended any event; it appends its own', async () => {
    const append = (type: string) => shop`select event_log.append('s', ${type}, '{}', now())`
    for (const type of [
      'posts.PostPublished',
      'trading.TradeExecuted',
      'relay.X',
      'owner.X',
      'nobody.X',
      '',
      'shopping.X',
      'Shop.X',
    ])
      await expect(append(type)).rejects.toMatchObject(DENIED)
    await expect(append('shop.Sold')).resolves.toHaveLength(1)
    await expect(
      shop`insert into event_log.inbox (stream, seq, type, kept, payload, at) values ('s', 9, 'shop.Sold', 'FACT', '{}', now())`,
    ).rejects.toMatchObject(DENIED)
  })

  it('ended what clients are promised; it lets go of nothing', async () => {
    await shop`select event_log.expire('0')`
    await shop`select event_log.expire('-1 year')`
    expect(await shop`select expired_until::int as until from event_log.event_head`).toEqual([{ until: 0 }])
    expect(await shop`select count(*)::int as count from event_log.entry where pos <= 4`).toEqual([{ count: 4 }])
    await expect(shop`delete from event_log.fact`).rejects.toMatchObject(DENIED)
    await expect(shop`select event_log.start_epoch()`).rejects.toMatchObject(DENIED)
    await expect(
      shop`create or replace function event_log.readable() returns text[] language sql as 'select null::text[]'`,
    ).rejects.toMatchObject(DENIED)
  })

  it('reads no file of the host and starts no program', async () => {
    await expect(shop`select pg_read_file('/etc/passwd')`).rejects.toMatchObject(DENIED)
    await expect(shop`select lo_import('/etc/passwd')`).rejects.toMatchObject(DENIED)
    await expect(shop.unsafe(`create temp table t (x text); copy t from '/etc/passwd'`)).rejects.toMatchObject(DENIED)
    await expect(shop.unsafe(`create temp table t (x text); copy t from program 'id'`)).rejects.toMatchObject(DENIED)
    await expect(shop`select pg_ls_dir('/')`).rejects.toMatchObject(DENIED)
  })

  it("knows nobody else's password", async () => {
    for (const other of ['planet_posts', RELAY_ROLE]) {
      const url = new URL(loginUrl(log.url, roleOf('shop')))
      url.username = other
      const stranger = postgres(url.href, { max: 1, onnotice: () => {} })
      await expect(stranger`select 1`).rejects.toMatchObject({ code: '28P01' })
      await stranger.end({ timeout: 0 })
    }
    await expect(shop`alter role planet_posts password 'x'`).rejects.toMatchObject(DENIED)
    await expect(shop`select rolpassword from pg_authid`).rejects.toMatchObject(DENIED)
  })
})

it('gives a subgraph a connection whose own URL it is, and its log without an administrator', async () => {
  await using own = openDatabase({ url: loginUrl(log.url, roleOf('shop')), role: roleOf('shop'), audience: 'interactive' })
  await own.db.transaction((tx) => append(tx, { stream: 'own', type: 'shop.Sold', payload: {}, at: new Date() }))
  expect(await own.sql`select event_log.relay(10)`).toHaveLength(1)
})

it('makes a login of a role that an earlier version left without', async () => {
  await log.admin.unsafe(`alter role planet_shop nologin password null; comment on role planet_shop is null`)
  await Promise.all([1, 2, 3].map(() => ensureRoleAndSchema(log.url, 'shop', ['posts.PostPublished'])))
  const again = postgres(loginUrl(log.url, roleOf('shop')), { max: 1, onnotice: () => {} })
  expect(await again`select session_user as login`).toEqual([{ login: 'planet_shop' }])
  await again.end({ timeout: 5 })
})
