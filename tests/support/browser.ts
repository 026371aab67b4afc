import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

/** The browser of this machine; undefined where there is none. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS })

/** What a person sees of GraphiQL and does with it. */
export function partsOf(page: Page) {
  /** The editor writes spaces as non-breaking ones. */
  const textOf = async (selector: string) => (await page.locator(selector).innerText()).replaceAll('\u00a0', ' ')
  const response = () => textOf('.graphiql-response .view-lines')
  return {
    response,
    headers: () => textOf('section[aria-label="Headers"] .graphiql-editor:not(.hidden) .view-lines'),
    whom: () => page.locator('.planet-whom').innerText(),
    footer: () => page.locator('.planet-footer').innerText(),
    shown: (text: string) => expect.poll(response).toContain(text),
    play: () => page.locator('.graphiql-execute-button').click(),
    openTab: (name: string) => page.locator('.graphiql-tab-button').getByText(name, { exact: true }).click(),
    async write(editor: 'query' | 'headers', text: string) {
      await page
        .locator(
          editor === 'query'
            ? '.graphiql-query-editor .monaco-editor'
            : 'section[aria-label="Headers"] .graphiql-editor:not(.hidden) .monaco-editor',
        )
        .first()
        .click()
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.press('Delete')
      await page.keyboard.insertText(text)
      // The editor closes brackets by itself.
      await page.keyboard.press('ControlOrMeta+Shift+End')
      await page.keyboard.press('Delete')
    },
  }
}
