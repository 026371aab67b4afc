import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ada, startTestGateway, type TestGateway } from '@planet/gateway/test/testing/test-gateway'
import { PATIENCE_MS } from '@planet/runtime/testing/patience'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM, launchBrowser, partsOf } from './support/browser.ts'

const PRESS_AT_FIRST_SIGHT = `new MutationObserver((_, observer) => {
  const button = document.querySelector('.graphiql-execute-button')
  if (!button) return
  observer.disconnect()
  button.click()
}).observe(document, { childList: true, subtree: true })`

const examples = [
  {
    name: 'Who am I',
    query: 'query WhoAmI($id: ID! = "1") {\n  whoami\n  roles\n  room(id: $id) {\n    host {\n      name\n    }\n  }\n}',
    asNamed: 'ada',
  },
  {
    name: 'A room, live',
    query: 'subscription RoomLive {\n  roomChanged(id: "2") {\n    title\n    host {\n      name\n    }\n  }\n}',
  },
]

describe.skipIf(CHROMIUM === undefined)(
  `GraphiQL in a browser${CHROMIUM === undefined ? ' (SKIPPED: no chromium found)' : ''}`,
  () => {
    let cacheFolder: string
    let test: TestGateway
    let browser: Browser
    let page: Page
    const requests: string[] = []
    const complaints: string[] = []

    beforeAll(async () => {
      cacheFolder = mkdtempSync(join(tmpdir(), 'planet-graphiql-'))
      test = await startTestGateway({ deps: { graphiql: { cacheFolder, examples } } })
      browser = await launchBrowser()
      page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
      page.setDefaultTimeout(PATIENCE_MS)
      page.on('request', (request) => requests.push(request.url()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) complaints.push(message.text())
      })
    })
    afterAll(async () => {
      await browser?.close()
      await test?.[Symbol.asyncDispose]()
      rmSync(cacheFolder, { recursive: true, force: true })
    })

    const play = () => partsOf(page).play()
    const shown = (text: string) => partsOf(page).shown(text)
    const footer = () => partsOf(page).footer()

    it('says that it is being built and reloads by itself', async () => {
      const response = await fetch(`${test.url}/graphiql`)
      expect([response.status, response.headers.get('refresh')]).toEqual([503, '1'])
      const visit = await fetch(test.url, { redirect: 'manual' })
      expect([visit.status, visit.headers.get('location')]).toEqual([302, '/graphiql'])
      await page.goto(`${test.url}/graphiql`)
      await page.locator('.graphiql-execute-button').waitFor()
    })

    it('lost a press of play that came before its editors were there', async () => {
      const early = await browser.newPage()
      await early.addInitScript(PRESS_AT_FIRST_SIGHT)
      await early.goto(`${test.url}/graphiql`)
      await expect.poll(() => early.locator('.graphiql-response').innerText()).toContain(ada.userId)
      await early.close()
    })

    it('runs the example that is there, as the person it is meant for', async () => {
      await play()
      await shown(ada.userId)
      await shown('"analyst"')
      await shown('Name of p1')
      expect(await footer()).toMatch(/^HTTP 200 · \d+ ms · \d+ bytes · cost \d+ \(estimated \d+\)/)
    })

    it('streams a subscription from the Examples menu until it is stopped', async () => {
      await page.getByText('Examples', { exact: true }).click()
      await page.getByRole('menuitem', { name: 'A room, live' }).click()
      await play()
      await shown('Room 2')
      await test.graph.streamsAre(1)
      test.graph.renameRoom('2', 'Renamed live')
      await shown('Renamed live')
      await expect.poll(footer).toBe('Live: 2 events · cost 2 (estimated 2)')
      await play()
      await test.graph.streamsAre(0)
    })

    it('gives a returning visitor a fresh token', async () => {
      await page.reload()
      await page.getByRole('tab', { name: 'WhoAmI' }).click()
      await expect.poll(() => partsOf(page).headers()).toContain('Bearer')
      await play()
      await shown('"analyst"')
    })

    it('loads everything from its own origin and breaks no policy', () => {
      expect(requests.filter((url) => !url.startsWith(`${test.url}/`) && !/^(data|blob):/.test(url))).toEqual([])
      expect(requests.some((url) => /\.(woff2|ttf)$/.test(url))).toBe(true)
      expect(complaints).toEqual([])
    })
  },
)
