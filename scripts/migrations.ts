/**
 * Writes a migration for every subgraph whose tables have changed: `npm run migrations -- [NAME of the change]`.
 * With `--check` it writes nothing and fails if a migration is missing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const isCheck = process.argv.includes('--check')
const change = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? 'change'

for (const name of readdirSync('subgraphs').sort()) {
  const folder = `subgraphs/${name}/drizzle`
  const journal = join(folder, 'meta/_journal.json')
  const before = isCheck ? readJournal(journal) : null
  const options = [
    '--dialect=postgresql',
    `--schema=./subgraphs/${name}/src/{db,*/db}/*tables.ts`,
    `--out=./${folder}`,
    `--name=${change}`,
  ]
  const { status, stdout, stderr } = spawnSync('drizzle-kit', ['generate', ...options], { encoding: 'utf8' })
  if (status !== 0) {
    console.error(stdout + stderr)
    process.exit(status ?? 1)
  }
  if (before === null) {
    console.log(`${name}: ${stdout.trim().split('\n').at(-1)}`)
    removeSchemaStatement(folder)
  } else if (readJournal(journal) !== before) {
    removeNewest(folder, journal, before)
    console.error(`${name}: the tables have changed without a migration; run \`npm run migrations -- NAME\`.`)
    process.exitCode = 1
  }
}

function readJournal(journal: string): string {
  return existsSync(journal) ? readFileSync(journal, 'utf8') : ''
}

/** Takes back what a check has made drizzle-kit write. */
function removeNewest(folder: string, journal: string, before: string) {
  const { entries } = JSON.parse(readJournal(journal)) as { entries: { idx: number; tag: string }[] }
  const newest = entries.at(-1)
  if (!newest) return
  rmSync(join(folder, `${newest.tag}.sql`), { force: true })
  rmSync(join(folder, `meta/${String(newest.idx).padStart(4, '0')}_snapshot.json`), { force: true })
  if (before === '') rmSync(folder, { recursive: true })
  else writeFileSync(journal, before)
}

/** The schema exists before the first migration, because it is made together with the role that owns it. */
function removeSchemaStatement(folder: string) {
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.sql'))) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    const kept = text.replace(/^CREATE SCHEMA "\w+";\n--> statement-breakpoint\n/, '')
    if (kept !== text) writeFileSync(path, kept)
  }
}
