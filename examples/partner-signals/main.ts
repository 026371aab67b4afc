/** A partner app: keeps every public signal in a file. Run it again after whatever stopped it, and it goes on. */
import { open, readFile, rename } from 'node:fs/promises'
import { followSignals, type SignalPublished } from './follow-signals.ts'

const { PLANET_URL = 'ws://127.0.0.1:4000/graphql', PLANET_TOKEN_FILE, SIGNALS_FILE = 'signals.json' } = process.env
if (PLANET_TOKEN_FILE === undefined) throw new Error('PLANET_TOKEN_FILE must name the file that holds an access token.')

/** Effects and cursor are one file, so that neither is ever there without the other. */
type Stored = { readonly cursor: string | null; readonly signals: readonly SignalPublished[] }

let stored: Stored = { cursor: null, signals: [] }
try {
  stored = JSON.parse(await readFile(SIGNALS_FILE, 'utf8'))
} catch (error) {
  // Anything but the first start must not begin anew in silence.
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

/** All or nothing, also when the process is killed in the middle: a rename is atomic. */
async function save(next: Stored): Promise<void> {
  const file = await open(`${SIGNALS_FILE}.new`, 'w')
  await file.writeFile(JSON.stringify(next))
  await file.sync()
  await file.close()
  await rename(`${SIGNALS_FILE}.new`, SIGNALS_FILE)
  stored = next
}

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

await followSignals(
  {
    url: PLANET_URL,
    creatorIds: process.argv.length > 2 ? process.argv.slice(2) : null,
    token: async () => (await readFile(PLANET_TOKEN_FILE, 'utf8')).trim(),
    cursor: async () => stored.cursor,
    async store(event) {
      await save({ cursor: event.cursor, signals: [...stored.signals, event] })
      console.log(`${event.post.author?.handle ?? 'somebody'} ${event.seq}: ${event.signal.side} at ${event.signal.entry}`)
    },
    async restart(code, oldest) {
      console.error(`${code}: signals may be missing; read the feed to fill the gap.`)
      await save({ ...stored, cursor: oldest })
    },
  },
  stop.signal,
)
