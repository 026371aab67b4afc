import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is committed: a package.json with exact versions, and the script that starts the gateway. */
const PINNED = fileURLToPath(new URL('../../gateways/', import.meta.url))
/** Where it is installed; git ignores it. */
const INSTALLED = fileURLToPath(new URL('../../peers/', import.meta.url))

export const folderOf = (peer: string): string => join(INSTALLED, peer)

/** The installed version of a package of a peer. */
export function versionOf(peer: string, name: string): string {
  const { version } = JSON.parse(readFileSync(join(folderOf(peer), 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/** Installs peers, all if none is named, from the registry where they are not installed as pinned. Names the ones that could not be had. */
export function installPeers(peers: readonly string[] = readdirSync(PINNED)): string[] {
  return peers.filter((peer) => {
    const pinned = join(PINNED, peer)
    const folder = folderOf(peer)
    mkdirSync(folder, { recursive: true })
    cpSync(pinned, folder, { recursive: true })
    const marker = join(folder, '.installed')
    const wanted = readFileSync(join(pinned, 'package.json'), 'utf8')
    if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return false
    console.error(`Installing ${peer} ...`)
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--loglevel=error']
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] })
    if (status !== 0) return true
    writeFileSync(marker, wanted)
    return false
  })
}
