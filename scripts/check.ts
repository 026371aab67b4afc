/** Everything about the sources that needs no database: `npm run check`. Runs every step and tells all that is wrong. */
import { spawnSync } from 'node:child_process'

const STEPS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'biome', 'check', '.'],
  ['codegen', 'graphql-codegen', '--config', 'codegen.ts'],
  ['compose is fresh', 'node', 'scripts/compose.ts', '--check'],
  ['migrations are fresh', 'node', 'scripts/migrations.ts', '--check'],
  ['types', 'tsc', '-p', '.'],
  ['lint', 'oxlint', '--type-aware'],
  ['unused code', 'knip'],
]

const failed = STEPS.filter(([name, command, ...args]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name}`)
  if (status !== 0) console.log(stdout + stderr)
  return status !== 0
})
console.log(`${STEPS.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
