/** A process that runs a database until it is to stop, as the platform does: see `launcher.test.ts`. Arguments: HOME [deaf]. */
import { untilStopped } from '@planet/platform/alive'
import { startDatabase } from '@planet/platform/database'
import { silentLog } from '@planet/runtime/log'

const [home, hearing] = process.argv.slice(2)
if (home === undefined) throw new Error('usage: owner.ts HOME [deaf]')
const stopped = untilStopped(process.env)
// As a server does, it goes on while nothing happens.
const goingOn = setInterval(() => {}, 60_000)
const database = await startDatabase(home, null, silentLog)
console.log('owner is ready')
if (hearing === 'deaf') for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
await database.close()
clearInterval(goingOn)
