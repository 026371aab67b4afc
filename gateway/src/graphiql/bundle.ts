import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join, relative } from 'node:path'

const sources = join(import.meta.dirname, '..', '..', 'graphiql')
const buildScript = join(import.meta.dirname, 'build.ts')
/** What is bundled and what bundles: another version gives another bundle. */
const PACKAGES = ['graphiql', '@graphiql/react', 'graphql', 'graphql-ws', 'react', 'react-dom', 'vite', '@vitejs/plugin-react']

/** Files of the built page by their path below `/graphiql/`. */
export type Bundle = ReadonlyMap<string, string>

/**
 * The page, from `cacheFolder` or built into it, in a process of its own with low priority (3-7 s of one core). Rejects with
 * what the build wrote if it fails, and if `signal` aborts.
 */
export async function ensureBundle(cacheFolder: string, signal: AbortSignal): Promise<Bundle> {
  const folder = join(cacheFolder, await contentHash())
  if (!existsSync(folder)) {
    await mkdir(cacheFolder, { recursive: true })
    const draft = `${folder}.${randomUUID()}`
    try {
      await runBuild(draft, signal)
      // Another process may have finished the same bundle meanwhile.
      await rename(draft, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error
      })
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const path = join(file.parentPath, file.name)
        return [relative(folder, path), path]
      }),
  )
}

async function contentHash(): Promise<string> {
  const hash = createHash('sha256')
  const manifests = PACKAGES.map((name) => join(import.meta.dirname, '..', '..', 'node_modules', name, 'package.json'))
  const own = (await readdir(sources)).sort().map((name) => join(sources, name))
  for (const file of [...own, buildScript, ...manifests]) hash.update(file.slice(-40)).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

function runBuild(outDir: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A session of its own keeps a terminal's Ctrl-C away from it; it ends by `signal`, or with its standard input.
    const child = spawn(process.execPath, [buildScript, outDir], { stdio: ['pipe', 'ignore', 'pipe'], detached: true, signal })
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(said.trim() || `the build ended with code ${code}`))
    })
  })
}
