/** Writes a migration for every subgraph whose tables have changed: `npm run migrations -- [NAME of the change]`. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [change = 'change'] = process.argv.slice(2)
for (const name of readdirSync('subgraphs').sort()) {
  const tables = `subgraphs/${name}/src/db/tables.ts`
  if (!existsSync(tables)) continue
  const options = ['--dialect=postgresql', `--schema=./${tables}`, `--out=./subgraphs/${name}/drizzle`, `--name=${change}`]
  const { status } = spawnSync('drizzle-kit', ['generate', ...options], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  removeSchemaStatement(`subgraphs/${name}/drizzle`)
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
