/**
 * `npm run bench -- COMMAND`. Each command measures something in one interleaved run and writes its section of
 * `bench/RESULTS.md`. The server has one core to itself where `taskset` is there. See the commands below.
 */
import { parseArgs } from 'node:util'
import { measureEventLog } from './commands/event-log.ts'
import { measureFanout } from './commands/fanout.ts'
import { measureFlagship } from './commands/flagship.ts'
import { compareGateways, compareIdentical, compareSides } from './commands/gateways.ts'
import { measureHostile } from './commands/hostile.ts'
import { measureLarge } from './commands/large.ts'
import { measureMemory } from './commands/memory.ts'
import { measurePlatform } from './commands/platform.ts'
import { measureScaling } from './commands/scaling.ts'
import { smoke } from './commands/smoke.ts'
import { measureStart } from './commands/start.ts'
import { measureVotes } from './commands/votes.ts'

const USAGE = `npm run bench -- COMMAND [--rounds N] [--seconds S] [--only NAME,NAME] [--operations N] [--facts N] [--against FOLDER]

  gateways   ours and every gateway that npm can install, every request with its own authorization (default)
  sides      the same with larger answers, slow subgraphs, new operations, and the cost of one more fetch
  identical  the same with identical requests, deduplication on
  scaling    ours: garbage collection, two processes against one
  start      ours: from the start of the process to the first answer
  memory     ours: memory over --operations (default 1,000,000, for an hour; 50,000 show the plateau) of which no two are alike
  flagship   the platform's flagship query against a server written for it
  fanout     subscriptions: against stock graphql-ws, idle ones, and clients that stop reading
  votes      votes of thousands into one live session, and its consensus out
  events     a new consumer on --facts facts (default 5,000,000, for some minutes; 0 leaves it out), and writers of events against
             another tree of this repository, installed in the folder --against
  hostile    ours: how long a request that means ill holds the loop (--only WORDS)
  large      a running platform: answers that are large, and who waits meanwhile
  platform   a running platform, operation by operation
  smoke      a few seconds to see that the bench works; writes nothing
  all        all but memory, events and smoke`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    operations: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    facts: { type: 'string', default: '5000000' },
    against: { type: 'string' },
  },
})
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), only: values.only }

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  gateways: () => compareGateways(options),
  sides: () => compareSides(options),
  identical: () => compareIdentical(options),
  scaling: () => measureScaling(options),
  start: () => measureStart(options),
  memory: () => measureMemory(Number(values.operations)),
  flagship: () => measureFlagship(options),
  fanout: () => measureFanout(options),
  events: () => measureEventLog({ ...options, facts: Number(values.facts), against: values.against ?? null }),
  hostile: () => measureHostile(values.only),
  votes: () => measureVotes(options),
  large: measureLarge,
  platform: () => measurePlatform(options),
  smoke,
  async all() {
    for (const name of [
      'gateways',
      'sides',
      'identical',
      'scaling',
      'start',
      'flagship',
      'fanout',
      'votes',
      'hostile',
      'large',
      'platform',
    ])
      await COMMANDS[name]?.()
  },
}

const command = COMMANDS[positionals[0] ?? 'gateways']
if (command) await command()
else {
  console.error(USAGE)
  process.exitCode = 2
}
