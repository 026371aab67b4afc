import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@planet/runtime/testing/patience'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestGateway } from '../../test/testing/test-gateway.ts'
import { type Bundle, ensureBundle } from './bundle.ts'

let cacheFolder: string
let bundle: Bundle
const ensure = () => ensureBundle(cacheFolder, new AbortController().signal)
const sizesOf = (files: Bundle) => new Map([...files].map(([path, file]) => [path, statSync(file).size]))
const fileOf = (path: string | undefined) => bundle.get(path ?? '') ?? ''
/** What the page loads first. */
const scriptPath = () => /assets\/[\w.-]+\.js/.exec(readFileSync(fileOf('index.html'), 'utf8'))?.[0]

beforeAll(async () => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'planet-bundle-'))
  bundle = await ensure()
})
afterAll(() => rmSync(cacheFolder, { recursive: true, force: true }))

it('is built once, and is nothing but the page', async () => {
  const builtAt = statSync(fileOf('index.html')).mtimeMs
  expect(await ensure()).toEqual(bundle)
  expect(statSync(fileOf('index.html')).mtimeMs).toBe(builtAt)
  expect([...bundle.keys()].filter((path) => !path.startsWith('assets/'))).toEqual(['index.html'])
})

it.each([
  ['of which a file was missing', (file: string) => rmSync(file)],
  ['of which a file was cut off', (file: string) => truncateSync(file, 100)],
])('a cache %s was served as it was', async (_, damage) => {
  const whole = sizesOf(bundle)
  damage(fileOf(scriptPath()))
  expect(sizesOf(await ensure())).toEqual(whole)
})

it('a file that went after the start was served with 200 and no content', async () => {
  await using test = await startTestGateway({ deps: { graphiql: { cacheFolder, examples: [] } } })
  await eventually(async () => expect((await fetch(`${test.url}/graphiql`)).status).toBe(200))
  const path = scriptPath()
  expect((await (await fetch(`${test.url}/graphiql/${path}`)).arrayBuffer()).byteLength).toBe(statSync(fileOf(path)).size)
  rmSync(fileOf(path))
  const answer = await fetch(`${test.url}/graphiql/${path}`)
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('Start again')
})
