import type { Page } from './connection.ts'
import DataLoader from 'dataloader'

/** One page of the list that belongs to `parentId`. */
export type PageOf<Parent extends string> = Page & { readonly parentId: Parent }

export type PageLoader<Parent extends string, Row> = DataLoader<PageOf<Parent>, readonly Row[]>

/**
 * Loads pages of a list that every parent has, with one call of `load` for all parents whose page is the same. Keeps
 * nothing, because a mutation of the same request may change the list.
 */
export const createPageLoader = <Parent extends string, Row>(
  load: (parentIds: readonly Parent[], page: Page) => Promise<Map<Parent, readonly Row[]>>,
): PageLoader<Parent, Row> =>
  new DataLoader<PageOf<Parent>, readonly Row[]>(
    async (keys) => {
      const alike = [...Map.groupBy(keys, ({ after, limit }) => `${limit} ${after ?? ''}`).values()]
      const pages = new Map<PageOf<Parent>, readonly Row[]>()
      const loadAlike = async (same: readonly PageOf<Parent>[]) => {
        const [page] = same
        if (!page) return
        const rows = await load([...new Set(same.map((key) => key.parentId))], page)
        for (const key of same) pages.set(key, rows.get(key.parentId) ?? [])
      }
      await Promise.all(alike.map(loadAlike))
      return keys.map((key) => pages.get(key) ?? [])
    },
    { cache: false },
  )
