import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { signalTo, startOf } from '@planet/runtime/embedded-postgres/processes'
import { expect, it } from 'vitest'

const PROCESSES = fileURLToPath(new URL('processes.ts', import.meta.url))

/** Starts, as a benchmark does, a shell that cannot be terminated and has a child of its own, and tells both numbers. */
const BENCHMARK = `
import { start } from ${JSON.stringify(PROCESSES)}
const shell = 'trap "" TERM INT HUP; sleep 600 & echo $$ $!; wait'
const { child } = start(['sh', '-c', shell], { core: 'any', env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
child.stdout.pipe(process.stdout)
`

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing running when %s interrupts it', async (signal) => {
  const benchmark = spawn(process.execPath, ['--input-type=module', '--eval', BENCHMARK], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) => benchmark.stdout.once('data', (data) => resolve(String(data))))
  const pids = line.trim().split(' ').map(Number)
  expect(pids.map(startOf)).not.toContain(null)
  benchmark.kill(signal)
  try {
    await expect.poll(() => pids.map(startOf)).toEqual([null, null])
  } finally {
    for (const pid of pids) signalTo(pid, 'SIGKILL')
  }
})
