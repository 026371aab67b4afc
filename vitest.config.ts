import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const shared = {
  pool: 'forks' as const,
  // Node runs the sources itself, as in production: one copy of graphql-js, no transforms.
  experimental: { viteModuleRunner: false },
  globalSetup: ['packages/runtime/src/testing/global-setup.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

const project = (name: string, include: string[]) => ({ test: { ...shared, name, include } })

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('runtime', ['packages/runtime/src/**/*.test.ts']),
      ...readdirSync('subgraphs').map((name) => project(name, [`subgraphs/${name}/{src,test}/**/*.test.ts`])),
      project('gateway', ['gateway/src/**/*.test.ts']),
      project('platform', ['platform/src/**/*.test.ts']),
      project('tests', ['tests/**/*.test.ts']),
    ],
  },
})
