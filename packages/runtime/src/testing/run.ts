/** The environment variable by which the test workers learn of the run's Postgres. */
export const RUN_VARIABLE = 'PLANET_TEST_RUN'

export type TestRun = {
  /** Part of the name of every database of the run. */
  readonly id: string
  /** Of a user who may create databases and roles. */
  readonly url: string
}

/** Throws outside of a test run. */
export function testRun(): TestRun {
  const run = process.env[RUN_VARIABLE]
  if (!run) throw new Error('Only a test of this repository has a database: run it through `npm test`.')
  // Written by the run's global setup.
  return JSON.parse(run) as TestRun
}
