import DataLoader from 'dataloader'
import type { Page } from './connection.ts'

/** Pages that are loaded together; what waits for them is under way in one turn of the loop. */
const MAX_BATCH = 1_000

/** One page of the list that belongs to `parentId`. */
export type PageOf<Parent extends string> = Page & { readonly parentId: Parent }

export type PageLoader<Parent extends string, Row> = DataLoader<PageOf<Parent>, readonly Row[]>

/**
 * Loads pages of a list that every parent has, with one call of `load` for all parents whose page is the same. Keeps
 * nothing, because a mutation of the same request may change the list. A fault of one page, such as a foreign cursor, is
 * not the fault of the others.
 */
export const createPageLoader = <Parent extends string, Row>(
  load: (parentIds: readonly Parent[], page: Page) => Promise<Map<Parent, readonly Row[]>>,
): PageLoader<Parent, Row> =>
  new DataLoader<PageOf<Parent>, readonly Row[]>(
    async (keys) => {
      const pages = new Map<PageOf<Parent>, readonly Row[] | Error>()
      const loadAlike = async (alike: readonly PageOf<Parent>[]) => {
        const [page] = alike
        if (!page) return
        try {
          const rows = await load([...new Set(alike.map((key) => key.parentId))], page)
          for (const key of alike) pages.set(key, rows.get(key.parentId) ?? [])
        } catch (error) {
          const fault = error instanceof Error ? error : new Error('a page could not be loaded', { cause: error })
          for (const key of alike) pages.set(key, fault)
        }
      }
      const groups = Map.groupBy(keys, ({ after, limit }) => `${limit} ${after ?? ''}`)
      await Promise.all([...groups.values()].map(loadAlike))
      return keys.map((key) => pages.get(key) ?? [])
    },
    { cache: false, maxBatchSize: MAX_BATCH },
  )
