import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startLoad } from './support/keep-alive-load.ts'
import { viewerKeyVariables } from './support/keys.ts'
import { freePort, PATIENCE_MS, runPlanet } from './support/processes.ts'

vi.setConfig({ testTimeout: 8 * PATIENCE_MS, hookTimeout: 3 * PATIENCE_MS })

const STOPS = process.env.PLANET_TEST_LONG ? 8 : 2
const CLIENTS = 40
const LEAD_MS = 1_500

const folder = mkdtempSync(join(tmpdir(), 'planet-stopping-'))
let database: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

it('requests on kept connections failed at SIGTERM', async () => {
  for (let stop = 0; stop < STOPS; stop++) {
    const port = await freePort()
    await using planet = runPlanet(['start'], {
      PLANET_HOME: join(folder, 'home'),
      DATABASE_URL: database.url,
      ...viewerKeyVariables(),
      PLANET_CLOCK: 'wall',
      PLANET_STOP_LEAD_MS: String(LEAD_MS),
      PORT: String(port),
    })
    await planet.says(/Ctrl-C stops everything/)
    const load = startLoad(`http://127.0.0.1:${port}`, CLIENTS)
    await load.answered(20 * CLIENTS)
    planet.signal('SIGTERM')
    const { answered, failures, closing } = await load.over()
    expect(failures).toEqual([])
    // Each client was told on its connection, or had none when the balancer found out.
    expect(closing).toBeGreaterThan(0)
    expect(answered).toBeGreaterThan(20 * CLIENTS)
    if (process.env.PLANET_TEST_LONG) console.log({ stop, answered, closing, failed: failures.length })
    expect(await planet.ended).toMatchObject({ code: 0 })
  }
})
