/**
 * Writes `schema/supergraph.graphql`, `schema/api.graphql` and the table of `docs/events.md`; with `--check` only says whether
 * they are up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeSupergraph, readSubgraphTexts } from './compose-supergraph.ts'
import { withEventsTable } from './events-table.ts'

const folder = join(import.meta.dirname, '..', 'schema')
const events = join(import.meta.dirname, '..', 'docs', 'events.md')
const composed = composeSupergraph(readSubgraphTexts())
const files = [
  { path: join(folder, 'supergraph.graphql'), text: composed.supergraph },
  { path: join(folder, 'api.graphql'), text: composed.api },
  { path: events, text: withEventsTable(readFileSync(events, 'utf8')) },
]
const stale = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is out of date: run \`npm run compose\`.`)
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const { path, text } of stale) writeFileSync(path, text)
  console.error(stale.length === 0 ? 'What is composed is up to date.' : `Wrote ${stale.map(({ path }) => path).join(', ')}.`)
}
