import { authorizationOf, type Person, whoseHeaders } from './config'

/** A tab as GraphiQL has it. */
type Tab = {
  readonly id: string
  readonly title: string
  readonly query: string | null
  readonly variables: string | null
  readonly headers: string | null
  readonly operationName: string | null
}
type Tabs = { readonly tabs: readonly Tab[]; readonly activeTabIndex: number }

const TABS = 'graphiql:tabState'
/** What holds headers beside queries. */
const WITH_HEADERS: readonly string[] = [TABS, 'graphiql:queries', 'graphiql:favorites']
/** The headers alone, and whether a visitor once wanted them kept. */
const NEVER: readonly string[] = ['graphiql:headers', 'graphiql:shouldPersistHeaders']

const isWithHeaders = (value: unknown): value is { readonly headers: unknown; readonly as?: unknown } =>
  typeof value === 'object' && value !== null && 'headers' in value

/**
 * What GraphiQL keeps between visits, without any headers: in their place stands the name of the person whose token they
 * held, and the next visit puts a fresh token of that person there. Headers that somebody wrote are gone with the page.
 */
export function createTabStorage(people: readonly Person[], kept: Storage = localStorage) {
  const nameIn = (headers: unknown) => whoseHeaders(people, typeof headers === 'string' ? headers : null)?.name ?? null
  const withNames = (text: string) =>
    JSON.stringify(JSON.parse(text), (_, each: unknown) =>
      isWithHeaders(each) ? { ...each, headers: null, as: nameIn(each.headers) } : each,
    )
  const withTokens = (text: string) =>
    JSON.stringify(JSON.parse(text), (_, each: unknown) => {
      if (!isWithHeaders(each)) return each
      const { as, ...rest } = each
      return { ...rest, headers: authorizationOf(people.find(({ name }) => name === as)) }
    })
  const storage = {
    getItem(key: string): string | null {
      if (NEVER.includes(key)) return null
      const text = kept.getItem(key)
      return text !== null && WITH_HEADERS.includes(key) ? withTokens(text) : text
    },
    setItem(key: string, text: string): void {
      // Tabs are kept as soon as they change, by `keep`; this is what they were half a second ago.
      if (NEVER.includes(key) || key === TABS) return
      kept.setItem(key, WITH_HEADERS.includes(key) ? withNames(text) : text)
    },
    removeItem: (key: string) => kept.removeItem(key),
    clear: () => {
      for (const key of Object.keys(kept)) if (key.startsWith('graphiql:')) kept.removeItem(key)
    },
    get length() {
      return kept.length
    },
  }
  for (const key of NEVER) kept.removeItem(key)
  for (const key of WITH_HEADERS) clean(kept, key, withTokens, withNames)
  return {
    storage,
    keep({ tabs, activeTabIndex }: Tabs): void {
      const stored = tabs.map(({ id, title, query, variables, headers, operationName }) => ({
        id,
        title,
        query,
        variables,
        headers,
        operationName,
        response: null,
      }))
      kept.setItem(TABS, withNames(JSON.stringify({ tabs: stored, activeTabIndex })))
    },
    /** The tab that was open last; undefined on a first visit. */
    openTab(): Tab | undefined {
      const text = storage.getItem(TABS)
      if (text === null) return undefined
      const { tabs, activeTabIndex }: Tabs = JSON.parse(text)
      return tabs[activeTabIndex]
    },
  }
}

/** Takes headers out of what an earlier version of this page has stored; what cannot be read is thrown away. */
function clean(kept: Storage, key: string, ...steps: readonly ((text: string) => string)[]): void {
  const text = kept.getItem(key)
  if (text === null) return
  try {
    kept.setItem(
      key,
      steps.reduce((stored, step) => step(stored), text),
    )
  } catch {
    kept.removeItem(key)
  }
}
