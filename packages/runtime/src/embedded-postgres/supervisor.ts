import { type ChildProcess, spawn } from 'node:child_process'
import { commandFor, type Runner } from './account.ts'

/**
 * Runs the server and ends it when standard input closes, which also happens when this process is killed. Exits when
 * the server does. A session of its own keeps a terminal's Ctrl-C away from it: whoever uses the database stops first.
 *
 * $1 is a folder to remove after the shutdown (or nothing), the rest is the server. SIGINT is its fast shutdown.
 */
const SCRIPT = `
exec 3<&0 </dev/null
remove=$1
shift
stopping=
trap stopping=1 USR1
"$@" 3<&- &
server=$!
(
  read -r _ <&3
  kill -s USR1 $$
  kill -s INT $server
  tries=0
  while kill -s 0 $server && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
  kill -s KILL $server
) 2>/dev/null &
watcher=$!
while :; do
  wait $server
  status=$?
  kill -s 0 $server 2>/dev/null || break
done
kill $watcher 2>/dev/null
if [ -n "$stopping" ] && [ -n "$remove" ]; then rm -rf "$remove"; fi
exit $status
`

export type Supervised = {
  /** Rejects nothing; resolves when the server and its supervisor are gone. */
  readonly gone: Promise<void>
  /** Shuts the server down; resolves with `gone`. */
  end(): Promise<void>
}

/** Starts the server of `runner`. Its output goes to the file descriptor `log`. */
export function supervise(runner: Runner, serverArgs: readonly string[], options: { log: number; remove: string }): Supervised {
  const { file, args, identity } = commandFor(runner, 'postgres', serverArgs)
  const child: ChildProcess = spawn('sh', ['-c', SCRIPT, 'planet-postgres', options.remove, file, ...args], {
    stdio: ['pipe', options.log, options.log],
    detached: true,
    env: { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
    ...identity,
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  child.unref()
  child.stdin?.on('error', () => {})
  return {
    gone,
    end: () => {
      child.ref()
      child.stdin?.destroy()
      return gone
    },
  }
}
