import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { commandOf, signalTo } from '@planet/runtime/embedded-postgres/processes'
import { afterAll, describe, expect, it } from 'vitest'
import { type Tree, treeOf } from './support/processes.ts'

const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const OWNER = fileAt('./support/owner.ts')
const LAUNCHER = fileAt('../scripts/run.mjs')

const folder = mkdtempSync(join(tmpdir(), 'planet-launcher-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const launch = (home: string, ...args: string[]) => ['node', LAUNCHER, 'node', OWNER, join(folder, home), ...args].join(' ')
const SCRIPTS = {
  'in the place of its shell': `exec ${launch('exec')}`,
  'below a shell': `${launch('shell')}; echo over`,
  'below two shells': `sh -c '${launch('shells')}; echo over'; echo over`,
  deaf: `exec ${launch('deaf', 'deaf')}`,
  unnoticed: `exec ${launch('unnoticed')}`,
}
writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'started', scripts: SCRIPTS }))

/** Runs a script by npm until the database in it is there. */
async function start(script: keyof typeof SCRIPTS): Promise<{ readonly npm: number; readonly tree: Tree }> {
  const child = spawn('npm', ['run', script], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { pid: npm } = child
  if (npm === undefined) throw new Error('npm did not start')
  for await (const line of createInterface(child.stdout)) if (line === 'owner is ready') break
  child.stdout.resume()
  const tree = treeOf(npm)
  expect(tree.commands.join('\n')).toContain('postgres')
  return { npm, tree }
}

describe('SIGKILL of npm', () => {
  it.each(['in the place of its shell', 'below a shell', 'below two shells'] as const)(
    'left the database and its owner running for ever, started %s',
    async (script) => {
      const { npm, tree } = await start(script)
      signalTo(npm, 'SIGKILL')
      expect(await tree.toEnd()).toEqual([])
    },
  )

  it('ends also who does not hear that it is to stop', async () => {
    const { npm, tree } = await start('deaf')
    signalTo(npm, 'SIGKILL')
    expect(await tree.toEnd()).toEqual([])
  })
})

describe('SIGKILL of the launcher', () => {
  it('went unnoticed while nobody had taken note of its end', async () => {
    const { npm, tree } = await start('unnoticed')
    const launcher = tree.pids.find((pid) => commandOf(pid).includes(LAUNCHER)) ?? 0
    const below = treeOf(launcher)
    signalTo(npm, 'SIGSTOP')
    signalTo(launcher, 'SIGKILL')
    expect(await below.toEnd()).toEqual([])
    signalTo(npm, 'SIGKILL')
  })
})
