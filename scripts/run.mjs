/**
 * Runs a command of this repository on the Node it is built for, installing what is missing first.
 * Plain JavaScript for any Node >= 20: it must work before anything is installed.
 *
 *   node scripts/run.mjs COMMAND [ARGUMENT...]
 *
 * The command `planet` is the platform's own.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { watchStarter } from './starter.mjs'
import { V8_FLAGS } from './v8-flags.mjs'

const PNPM = 'pnpm@12.21.0'
const NODE_MAJOR = 24
const LOOK_EVERY_MS = 250
/** With the look before it and the end of a database after it: 5 s. */
const ORPHAN_STOPS_WITHIN_MS = 1_500

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lockfile = join(root, 'pnpm-lock.yaml')
const marker = join(root, 'node_modules', '.planet-installed')

/** What an install depends on: the lockfile and every patch it applies. */
function wantedInstall() {
  return createHash('sha256').update(readFileSync(lockfile)).update(`${process.platform}-${process.arch}`).digest('hex')
}

function installIfStale() {
  const wanted = wantedInstall()
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  console.error('Installing dependencies (frozen lockfile) ...')
  const args = ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only']
  const env = { ...process.env, CI: 'true' }
  // Standard output belongs to the command that follows.
  const done = spawnSync('npx', args, { cwd: root, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (done.status !== 0) {
    console.error('The install failed; its output above says why. Nothing was started.')
    process.exit(done.status ?? 1)
  }
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, wanted)
}

/** The folder of a Node that is new enough: the one the project installed, else the one running this script. */
function nodeFolder() {
  const own = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin')
  if (existsSync(join(own, 'node'))) return own
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return dirname(process.execPath)
  console.error(
    `Planet runs on Node ${NODE_MAJOR}. It brings its own on Linux (x64 and arm64); on ${process.platform}-${process.arch} install Node >= ${NODE_MAJOR} (this is ${process.versions.node}).`,
  )
  process.exit(1)
}

const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  console.error('usage: node scripts/run.mjs COMMAND [ARGUMENT...]')
  process.exit(2)
}
// Looked at before the install, during which the starter may die.
const isStarterThere = watchStarter()
installIfStale()
const path = [nodeFolder(), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
// Compiled code is kept between runs: a start takes a third less.
const compiled = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node')
const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: compiled, PLANET_PARENT_PID: String(process.pid) }
const [file, ...given] = command === 'planet' ? ['node', ...V8_FLAGS, 'platform/src/cli.ts', ...args] : [command, ...args]
const child = spawn(file, given, { cwd: root, env, stdio: 'inherit' })
const looking = setInterval(() => {
  if (isStarterThere()) return
  clearInterval(looking)
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), ORPHAN_STOPS_WITHIN_MS)
}, LOOK_EVERY_MS)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Who was asked to stop may take the time that it needs.
    clearInterval(looking)
    // A terminal's Ctrl-C reaches the whole group already; the child must not get it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
child.on('error', (error) => {
  console.error(`${command}: ${error.message}`)
  process.exit(127)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
