import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

const sources = join(import.meta.dirname, '..', '..', 'graphiql')
const buildScript = join(import.meta.dirname, 'build.ts')
/** What is bundled and what bundles: another version gives another bundle. */
const PACKAGES = ['graphiql', '@graphiql/react', 'graphql', 'graphql-ws', 'react', 'react-dom', 'vite', '@vitejs/plugin-react']

/** Files of the built page by their path below `/graphiql/`. */
export type Bundle = ReadonlyMap<string, string>

/** In the folder of a built page: the hash of each of its files. */
const LIST = '.files.json'
const List = z.record(z.string(), z.string())

/**
 * The page, from `cacheFolder` or built into it, in a process of its own with low priority (3-7 s of one core). One with a file
 * that is missing or not as it was built is built anew. Rejects with what the build wrote if it fails, and if `signal` aborts.
 */
export async function ensureBundle(cacheFolder: string, signal: AbortSignal): Promise<Bundle> {
  const folder = join(cacheFolder, await contentHash())
  const built = await readBuilt(folder)
  if (built) return built
  await mkdir(cacheFolder, { recursive: true })
  const draft = `${folder}.${randomUUID()}`
  try {
    await runBuild(draft, signal)
    await writeFile(join(draft, LIST), JSON.stringify(await hashesOf(draft)))
    // Another process may have finished the same bundle meanwhile.
    const other = await readBuilt(folder)
    if (other) return other
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder).catch((error: unknown) => {
      if (!isTaken(error)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const own = await readBuilt(folder)
  if (!own) throw new Error(`${folder} changed while it was made; remove it and start again.`)
  return own
}

/** Null if there is none, or if it is not whole. */
async function readBuilt(folder: string): Promise<Bundle | null> {
  try {
    const listed = List.parse(JSON.parse(await readFile(join(folder, LIST), 'utf8')))
    if (!isDeepStrictEqual(await hashesOf(folder), listed)) return null
    return new Map(Object.keys(listed).map((path) => [path, join(folder, path)]))
  } catch {
    return null
  }
}

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = files.filter((file) => file.isFile()).map((file) => relative(folder, join(file.parentPath, file.name)))
  const hashes: Record<string, string> = {}
  for (const path of paths.filter((each) => each !== LIST))
    hashes[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex')
  return hashes
}

/** Of renaming a folder to where another one is. */
const isTaken = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code))

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
