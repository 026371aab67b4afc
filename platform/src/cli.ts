import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { openDatabase, roleOf } from '@planet/runtime/database'
import { loginUrl } from '@planet/runtime/database/login'
import { createLog } from '@planet/runtime/log'
import { formatKey, newSigningKey, verifyingKeyOf } from '@planet/runtime/viewer-keys'
import { importCandles } from '@planet/trading/import-candles'
import { findInstrumentBySymbol } from '@planet/trading/market/db/instrument'
import { readTextFile } from '@planet/trading/market/import/text-file'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type ArchiveOptions, archiveEvents, dateOf } from './archive-events.ts'
import { readPlatformConfig } from './config.ts'
import { joinDatabase } from './database.ts'
import { openHome } from './home.ts'
import { migrateAll } from './platform.ts'
import { type RetryOptions, retryEvents } from './retry-events.ts'
import { type RevokeOptions, revoke } from './revoke.ts'
import { findSandboxState } from './sandbox/state.ts'
import { serve, subgraphNamed } from './serve.ts'
import { seed, start, token } from './start.ts'
import { showStatus } from './status.ts'
import { createTerminal } from './terminal.ts'

const env = process.env
const terminal = createTerminal()

const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const

function positiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Must be a positive whole number.')
  return value
}

/** Runs `work` on the database of a running platform, or on one started for it. */
async function withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const config = readPlatformConfig(env)
  const database = await joinDatabase(openHome(config.home), config.databaseUrl, createLog({ level: config.logLevel }))
  try {
    await migrateAll(database.url)
    return await work(database.url)
  } finally {
    await database.close()
  }
}

/** The platform's time as another process can know it: the machine's, or where a sandbox's clock was last saved. */
async function platformTime(url: string): Promise<Date> {
  if (readPlatformConfig(env).clock === 'wall') return new Date()
  await using database = openDatabase({ url, role: null, audience: 'relay', maxConnections: 1 })
  return (await findSandboxState(database))?.clockAt ?? new Date()
}

type ImportOptions = { csv: string; instrument: string; interval: (typeof INTERVALS)[number]; venue?: string }

async function importCsv({ csv, instrument: symbol, interval, venue }: ImportOptions): Promise<void> {
  // Told before a database is started for it.
  accessSync(csv, constants.R_OK)
  await withDatabase(async (url) => {
    await using database = openDatabase({ url, role: roleOf('trading'), audience: 'analyst', maxConnections: 1 })
    const instrument = await findInstrumentBySymbol(database.db, symbol, venue ?? null)
    if (!instrument) throw new Error(`No instrument ${symbol}${venue ? ` at ${venue}` : ''} is listed.`)
    const { inserted, changed, unchanged, faults } = await importCandles(
      database.db,
      { instrumentId: instrument.id, interval, csvText: readTextFile(csv) },
      await platformTime(url),
    )
    for (const { line, message } of faults) console.error(`${csv}:${line}: ${message}`)
    terminal.say(
      `${symbol} ${interval}: ${inserted} candles new, ${changed} changed, ${unchanged} unchanged, ${faults.length} rows refused.`,
    )
    if (faults.length > 0) process.exitCode = 1
  })
}

const program = new Command('planet').description('The community side of a cryptocurrency exchange as one federated GraphQL API.')

program
  .command('start')
  .description('the whole platform in one process, with an embedded Postgres and a sandbox')
  .action(() => start(env, terminal))

program
  .command('serve')
  .argument('<name>', '`gateway` or a subgraph')
  .description('one part of the platform in a process of its own, listening on HOST and PORT')
  .action((name: string) => serve(env, name, terminal))

program
  .command('keys')
  .description('new secrets for the parts that run apart, as variables: each is for the part that its line names')
  .action(() => {
    const key = newSigningKey()
    terminal.say('# the gateway')
    terminal.say(`PLANET_VIEWER_PRIVATE_KEY=${formatKey(key)}`)
    terminal.say('# every subgraph')
    terminal.say(`PLANET_VIEWER_PUBLIC_KEYS=${formatKey(verifyingKeyOf(key))}`)
    terminal.say('# trading')
    terminal.say(`PLANET_ATTRIBUTION_SECRET=${randomBytes(32).toString('hex')}`)
  })

program
  .command('token')
  .description('a development access token')
  .requiredOption('--as <name>', 'one of the named people, e.g. nora (analyst) or ada (reader)')
  .option('--hours <n>', 'how long it is valid', positiveInteger, 12)
  .action(async (options: { as: string; hours: number }) => terminal.say(await token(env, options.as, options.hours * 3600)))

program
  .command('revoke')
  .description('takes access tokens back before they end, at every gateway within 5 s')
  .option('--user <id or handle>', 'all that this user was issued until now')
  .option('--token <jti>', 'the one with this claim `jti`')
  .action((options: RevokeOptions) => withDatabase(async (url) => terminal.say(await revoke(url, options))))

program
  .command('import')
  .description('brings facts in from outside')
  .command('candles')
  .description('candles from a CSV file with the columns open_time,open,high,low,close,volume (open time in UTC)')
  .requiredOption('--csv <file>', 'the file')
  .requiredOption('--instrument <symbol>', 'a listed instrument, e.g. BTC-USD')
  .addOption(new Option('--interval <interval>', 'the span of each candle').choices(INTERVALS).makeOptionMandatory())
  .option('--venue <venue>', 'where it is listed; default: the first venue that listed it')
  .action(importCsv)

program
  .command('migrate')
  .description('brings every schema up to date')
  .action(() => withDatabase(async () => terminal.say('Every schema is up to date.')))

program
  .command('status')
  .description('how far the event log and its consumers are, and what they have set aside')
  .action(() => withDatabase((url) => showStatus(url, terminal)))

const events = program.command('events').description('the event log')
events
  .command('archive')
  .description('puts the oldest facts away as files, which new consumers read by PLANET_EVENTS_ARCHIVE')
  .requiredOption('--before <date>', 'whole partitions of facts from before it (UTC)', dateOf)
  .requiredOption('--to <folder>', 'where the files go')
  .option('--drop', 'drops the tables of what was put away, instead of leaving them beside the log', false)
  .action((options: ArchiveOptions) => withDatabase((url) => archiveEvents(url, options, terminal)))
events
  .command('retry')
  .description('has consumers try again what they have set aside, within a few seconds, and says what that is')
  .option('--consumer <name>', 'of one consumer, e.g. incentives.incentives')
  .action((options: RetryOptions) => withDatabase((url) => retryEvents(url, options, terminal)))

program
  .command('database-url')
  .argument('<subgraph>', 'its name, e.g. posts')
  .description('the DATABASE_URL with which a subgraph runs apart without the administrator’s; prints its password')
  .action((name: string) => withDatabase(async (url) => terminal.say(loginUrl(url, roleOf(subgraphNamed(name))))))

program
  .command('seed')
  .description('fills an empty database with the sandbox and ends')
  .action(() => seed(env, terminal))

try {
  await program.parseAsync()
} catch (error) {
  // A newcomer needs the sentence; the stack is for whoever asks for it.
  console.error(error instanceof Error ? (env.PLANET_LOG_LEVEL === 'debug' ? error.stack : error.message) : error)
  process.exitCode = 1
}
