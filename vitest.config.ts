import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** What a waiter waits at most, on a machine that is busy with other things. A test may need two of them. */
const PATIENCE_MS = 60_000

const shared = {
  pool: 'forks' as const,
  // Node runs the sources itself, as in production: one copy of graphql-js, no transforms.
  experimental: { viteModuleRunner: false },
  globalSetup: ['packages/runtime/src/testing/global-setup.ts'],
  testTimeout: 4 * PATIENCE_MS,
  hookTimeout: 2 * PATIENCE_MS,
  expect: { poll: { timeout: PATIENCE_MS } },
}

const project = (name: string, include: string[]) => ({ test: { ...shared, name, include } })

/** Tests that start whole platforms as processes of their own: one at a time, after all others, since each fills the machine. */
const PROCESS_TESTS = [
  'tests/start.test.ts',
  'tests/apart.test.ts',
  'tests/failures.test.ts',
  'tests/faults.test.ts',
  'tests/revocation.test.ts',
  'tests/stopping.test.ts',
  'tests/surface.test.ts',
  'tests/chaos/chaos.test.ts',
]

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('runtime', ['packages/runtime/src/**/*.test.ts']),
      ...readdirSync('subgraphs').map((name) => project(name, [`subgraphs/${name}/{src,test}/**/*.test.ts`])),
      project('gateway', ['gateway/{src,test}/**/*.test.ts']),
      project('platform', ['platform/src/**/*.test.ts']),
      project('bench', ['bench/src/**/*.test.ts']),
      { test: { ...shared, name: 'tests', include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'], exclude: PROCESS_TESTS } },
      { test: { ...shared, name: 'processes', include: PROCESS_TESTS, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
