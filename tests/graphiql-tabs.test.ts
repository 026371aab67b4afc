import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ada, bob, startTestGateway, type TestGateway } from '@planet/gateway/test/testing/test-gateway'
import { PATIENCE_MS } from '@planet/runtime/testing/patience'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHROMIUM, launchBrowser, partsOf } from './support/browser.ts'

/** Sockets lead to a port that nothing listens on. */
const NO_SOCKETS = `globalThis.WebSocket = class extends WebSocket {
  constructor(_, protocols) {
    super('ws://127.0.0.1:9/graphql', protocols)
  }
}`

const who = (name: string) => `query ${name} {\n  whoami\n}`
const examples = [
  { name: 'As ada', query: who('AsAda'), asNamed: 'ada' },
  { name: 'As nobody', query: who('AsNobody') },
  { name: 'As bob', query: who('AsBob'), asNamed: 'bob' },
  { name: 'A room, live', query: 'subscription RoomLive {\n  roomChanged(id: "2") {\n    title\n  }\n}' },
]
const TABS = [
  ['AsAda', 'as Ada', ada.userId],
  ['AsNobody', 'as nobody', 'nobody'],
  ['AsBob', 'as Bob', bob.userId],
] as const

vi.setConfig({ testTimeout: 6 * PATIENCE_MS, hookTimeout: 5 * PATIENCE_MS })

describe.skipIf(CHROMIUM === undefined)(
  `GraphiQL's tabs in a browser${CHROMIUM === undefined ? ' (SKIPPED: no chromium found)' : ''}`,
  () => {
    let cacheFolder: string
    let test: TestGateway
    let browser: Browser
    let context: BrowserContext
    let page: Page
    let parts: ReturnType<typeof partsOf>

    beforeAll(async () => {
      cacheFolder = mkdtempSync(join(tmpdir(), 'planet-graphiql-'))
      test = await startTestGateway({ deps: { graphiql: { cacheFolder, examples } } })
      browser = await launchBrowser()
      context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
    })
    afterAll(async () => {
      await browser?.close()
      await test?.[Symbol.asyncDispose]()
      rmSync(cacheFolder, { recursive: true, force: true })
    })
    // A visitor who has never been here, with a browser that knows the files.
    beforeEach(async () => {
      page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      parts = partsOf(page)
      await page.goto(`${test.url}/healthz`)
      await page.evaluate(() => localStorage.clear())
      await visit()
    })
    afterEach(() => page.close())

    const visit = async () => {
      await page.goto(`${test.url}/graphiql`)
      // It is built first, and reloads by itself until it is.
      await page.locator('.graphiql-execute-button').waitFor({ timeout: 3 * PATIENCE_MS })
      await page.locator('section[aria-label="Headers"] .graphiql-editor:not(.hidden) .view-lines').waitFor()
    }
    const runsAs = async (whom: string, userId: string) => {
      await expect.poll(parts.whom).toBe(whom)
      await parts.play()
      await parts.shown(`"whoami": "${userId}"`)
    }
    const stored = () => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))

    it('ran a tab as another person after a reload, and nobody’s tabs as somebody', async () => {
      for (const [name, whom, userId] of TABS) {
        await parts.openTab(name)
        await runsAs(whom, userId)
      }
      for (const [open] of TABS.slice(1)) {
        await parts.openTab(open)
        await page.reload()
        await expect.poll(() => page.getByRole('tab').count()).toBe(examples.length)
        await runsAs(...only(open))
        for (const [name] of TABS) {
          await parts.openTab(name)
          await runsAs(...only(name))
        }
      }
    })

    const only = (name: string) => {
      const [, whom, userId] = TABS.find(([each]) => each === name) ?? TABS[1]
      return [whom, userId] as const
    }

    it('gave a new tab the token of somebody, and forgot who an edited tab was', async () => {
      await parts.write('query', '{ edited: whoami }')
      await parts.play()
      await parts.shown(ada.userId)
      await page.getByRole('button', { name: 'New tab' }).click()
      await expect.poll(parts.whom).toBe('as nobody')
      await parts.write('query', who('Mine'))
      await runsAs('as nobody', 'nobody')
      await page.reload()
      await runsAs('as nobody', 'nobody')
      await parts.openTab('<untitled>')
      await expect.poll(parts.whom).toBe('as Ada')
      await parts.play()
      await parts.shown(`"edited": "${ada.userId}"`)
    })

    it('gave the token back to a tab that had none any more, and kept tokens that somebody wrote', async () => {
      await parts.write('headers', '')
      await runsAs('as nobody', 'nobody')
      await page.reload()
      await runsAs('as nobody', 'nobody')

      const own = await test.token(['user'])
      await parts.write('headers', `{ "Authorization": "Bearer ${own}" }`)
      await runsAs('with a token of your own', ada.userId)
      expect(await stored()).not.toContain(own.slice(-40))
      await page.reload()
      await runsAs('as nobody', 'nobody')
    })

    it('stored tokens with the tabs and under the history, and leaves none of an earlier version either', async () => {
      const [first] = TABS
      await runsAs(first[1], first[2])
      await parts.write('query', '{ again: whoami }')
      await parts.play()
      await parts.shown('"again"')
      await expect.poll(stored).toContain('again: whoami')
      await expect.poll(stored).toContain('graphiql:queries')
      expect(await stored()).not.toMatch(/bearer|eyJ/i)

      const old = { query: '{ old: whoami }', variables: '', headers: '{ "Authorization": "Bearer eyJold" }' }
      await page.evaluate((item) => {
        localStorage.setItem('graphiql:headers', item.headers)
        localStorage.setItem('graphiql:favorites', JSON.stringify({ favorites: [item] }))
        localStorage.setItem('graphiql:queries', '{ broken eyJ')
      }, old)
      await page.reload()
      await page.locator('.graphiql-execute-button').waitFor()
      expect(await stored()).toContain('old: whoami')
      expect(await stored()).not.toMatch(/bearer|eyJ/i)
    })

    it('showed what came for one tab in another one', async () => {
      let letGo: () => void = () => {}
      const held = new Promise<void>((resolve) => (letGo = resolve))
      await page.route('**/graphql', async (route) => {
        await held
        await route.continue()
      })
      await parts.play()
      await expect.poll(parts.footer).toContain('Waiting')
      await parts.openTab('AsNobody')
      letGo()
      await runsAs('as nobody', 'nobody')
      expect(await parts.response()).not.toContain(ada.userId)
      await parts.openTab('AsAda')
      expect(await parts.response()).toBe('')
    })

    it('waited for ever for a socket that was refused, and said that it is trusted', async () => {
      await parts.openTab('RoomLive')
      await parts.write('headers', '{ "Authorization": "Bearer wrong" }')
      await parts.play()
      await parts.shown('"code": 4403')
      await parts.shown('"reason": "Forbidden"')
      expect(await parts.response()).not.toContain('isTrusted')
      expect(await parts.footer()).toBe('The socket was closed: 4403 Forbidden')

      // One that is not even opened.
      await page.routeWebSocket('**/graphql', (socket) => socket.close({ code: 4429, reason: 'Too many connections' }))
      await parts.write('headers', '')
      await parts.play()
      await parts.shown('"code": 4429')
      await parts.shown('"reason": "Too many connections"')
      await page.route('**/graphql', (route) => route.abort())
      await parts.openTab('AsNobody')
      await parts.play()
      await parts.shown('No answer: ')
      expect(await parts.footer()).toContain('No answer: ')
    })

    it('says that a socket cannot be opened, and ends a stream with the errors of its refusal', async () => {
      await parts.openTab('RoomLive')
      await parts.write('query', 'subscription { nothing }')
      await parts.play()
      await parts.shown('Cannot query field')
      expect(await parts.footer()).toBe('Refused.')
      await page.addInitScript({ content: NO_SOCKETS })
      await page.reload()
      await parts.write('query', who('Live').replace('query', 'subscription'))
      await parts.play()
      await parts.shown('"code": 1006')
      expect(await parts.footer()).toMatch(/^The socket was closed: 1006 no connection/)
    })
  },
)
