import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { HowFar } from '../testing/consumer-process.ts'
import { createTestEventLog, type TestEventLog } from '../testing/event-log.ts'
import { eventually, PATIENCE_MS } from '../testing/patience.ts'
import { archiveFacts } from './archive.ts'
import { parseCursor } from './cursor.ts'
import { createEventLog } from './log.ts'

const PARTITION = 100_000
const FACTS = 3 * PARTITION
const STREAMS = 50
const WRITERS = 4
const PAUSE_MS = 5
const PROCESS = fileURLToPath(new URL('../testing/consumer-process.ts', import.meta.url))

let log: TestEventLog
let folder: string
let child: ChildProcess
beforeEach(async () => {
  log = await createTestEventLog()
  folder = mkdtempSync(join(tmpdir(), 'planet-archive-'))
  await log.admin`create table shop.effect (at_order bigserial, pos bigint not null, stream text not null, seq bigint not null)`
  await log.admin`grant all on all tables in schema shop to planet_shop`
  await log.admin`grant all on all sequences in schema shop to planet_shop`
  await log.partitionBy(PARTITION)
  await writeFacts()
  await archiveFacts({ adminUrl: log.url, before: new Date('2021-01-01'), folder, drop: true })
})
afterEach(async () => {
  child.kill('SIGKILL')
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Three full partitions of facts, the first of another year. */
const writeFacts = () =>
  log.admin.begin(async (tx) => {
    await tx`select event_log.ensure_partitions(${FACTS}, now())`
    await tx`
      insert into event_log.fact (pos, stream, seq, type, payload, at, logged_at)
      select n, 's/' || n % ${STREAMS}::int, (n - 1) / ${STREAMS}::int + 1, case when n % 3 = 0 then 'shop.Opened' else 'shop.Sold' end,
        jsonb_build_object('version', 1, 'n', n), now(), case when n <= ${PARTITION} then timestamptz '2020-06-01' else now() end
      from generate_series(1, ${FACTS}) n`
    await tx`insert into event_log.stream (stream, seq) select stream, max(seq) from event_log.fact group by stream`
    await tx`update event_log.event_head set pos = ${FACTS}`
  })

/** Writers who go on in the same streams, with something that passes among it, until the returned function is called. */
function startWriters(): () => Promise<void> {
  const stop = new AbortController()
  const write = async (writer: number) => {
    for (let n = FACTS + writer; !stop.signal.aborted; n += WRITERS) {
      const [stream, type] = n % 7 === 0 ? ['whispers', 'shop.Whispered'] : [`s/${n % STREAMS}`, 'shop.Sold']
      await log.append(stream, type, { version: 1, n })
      await delay(PAUSE_MS)
    }
  }
  const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
  return async () => {
    stop.abort()
    await writing
  }
}

const startConsumer = () => {
  child = fork(PROCESS, [log.url, folder], { execArgv: [] })
}
const askHowFar = async (): Promise<HowFar> => {
  child.send('how far?')
  // The process sends nothing but answers.
  const [answer] = (await once(child, 'message')) as [HowFar]
  return answer
}

const findPosition = async () =>
  Number((await log.admin<{ pos: string }[]>`select pos from shop.consumer_position where name = 'catching-up'`)[0]?.pos ?? 0)

/** Waits until everything up to `pos` is handled, for as long as it goes on. */
async function untilHandled(pos: number): Promise<void> {
  for (let handled = await findPosition(); handled < pos; ) {
    const before = handled
    handled = await eventually(async () => {
      const now = await findPosition()
      expect(now).toBeGreaterThan(before)
      return now
    }, 10)
  }
}

/** Kills the consumer at any moment of a transaction. */
async function kill(): Promise<void> {
  await delay(Math.random() * 50)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

it(`sees each of ${FACTS} facts once and in the order of its stream, archived ones too, though it is killed twice and writers go on`, {
  timeout: 10 * PATIENCE_MS,
}, async () => {
  log.startRelay()
  const stopWriters = startWriters()
  try {
    startConsumer()
    await untilHandled(PARTITION / 10)
    await kill()
    expect(await findPosition()).toBeLessThan(PARTITION)

    startConsumer()
    await eventually(async () => expect((await askHowFar()).lagEvents).toBeGreaterThan(0))
    await untilHandled(1.5 * PARTITION)
    await kill()
    expect(await findPosition()).toBeLessThan(FACTS)

    startConsumer()
    await untilHandled(FACTS)
  } finally {
    await stopWriters()
  }
  const { pos } = parseCursor(await createEventLog(log.shop).settled())
  await eventually(async () => expect(await askHowFar()).toEqual({ pos: Number(pos), lagEvents: 0, lagSeconds: 0 }))

  const wrong = await log.admin`
    select stream, seq from (
      select stream, seq, row_number() over (partition by stream order by at_order) as expected,
        pos > lag(pos, 1, 0::bigint) over (order by at_order) as is_in_order
      from shop.effect
    ) e where seq <> expected or not is_in_order limit 10`
  expect(Array.from(wrong)).toEqual([])
  const unseen = await log.admin`
    select s.stream, s.seq from event_log.stream s
    where s.stream like 's/%' and s.seq <> (select count(*) from shop.effect e where e.stream = s.stream)`
  expect(Array.from(unseen)).toEqual([])
  const [archived] = await log.admin`select count(*)::int as files, sum(fact_count)::int as facts from event_log.archive`
  expect(archived).toEqual({ files: 1, facts: PARTITION })
})
