import { codedError } from './errors.ts'
import { parseId } from './ids.ts'
import { parseMilliseconds } from './instant.ts'

export const MAX_PAGE = 100

export type Connection<Node> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: PageInfo
}

export type PageInfo = { readonly hasNextPage: boolean; readonly endCursor: string | null }

export type PageArgs = { readonly first: number; readonly after?: string | null | undefined }

/** What to load: the keys that follow `after`, at most `limit` of them, which is one more than the page shows. */
export type Page = { readonly after: string | null; readonly limit: number }

/** Throws BAD_USER_INPUT for a page size outside 1 to 100 or a cursor that is not ours. */
export function decidePage(args: PageArgs): Page {
  if (!Number.isInteger(args.first) || args.first < 1 || args.first > MAX_PAGE) {
    throw codedError('BAD_USER_INPUT', `\`first\` must be 1 to ${MAX_PAGE}.`)
  }
  return { after: args.after ? decodeCursor(args.after) : null, limit: args.first + 1 }
}

/**
 * One keyset page. `load` gets the key to start after and one row more than the page, which tells whether another
 * page follows without a count.
 */
export async function connection<Row>(
  args: PageArgs,
  load: (page: Page) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): Promise<Connection<Row>> {
  return connectionOf(args, await load(decidePage(args)), keyOf)
}

/** The page made of rows that are loaded already, for instance for many parents at once; see `decidePage`. */
export function connectionOf<Row>(args: PageArgs, rows: readonly Row[], keyOf: (row: Row) => string): Connection<Row> {
  const edges = rows.slice(0, args.first).map((node) => new Edge(node, keyOf))
  return { edges, pageInfo: new OwnPageInfo(rows.length > args.first, edges.at(-1)) }
}

/** Makes its cursor for whoever asks for it, which most do only for the page's end, if at all. */
class Edge<Row> {
  readonly node: Row
  readonly #keyOf: (row: Row) => string

  constructor(node: Row, keyOf: (row: Row) => string) {
    this.node = node
    this.#keyOf = keyOf
  }

  get cursor(): string {
    return encodeCursor(this.#keyOf(this.node))
  }
}

class OwnPageInfo implements PageInfo {
  readonly hasNextPage: boolean
  readonly #last: { readonly cursor: string } | undefined

  constructor(hasNextPage: boolean, last: { readonly cursor: string } | undefined) {
    this.hasNextPage = hasNextPage
    this.#last = last
  }

  get endCursor(): string | null {
    return this.#last?.cursor ?? null
  }
}

/** Opaque to clients, so that what pages are keyed by may change. */
export const encodeCursor = (key: string): string => Buffer.from(`k:${key}`).toString('base64url')

/** Throws BAD_USER_INPUT for a text that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!text.startsWith('k:') || encodeCursor(text.slice(2)) !== cursor) throw foreignCursor()
  return text.slice(2)
}

/** The fault of a key that no row has. */
export const foreignCursor = () => codedError('BAD_USER_INPUT', 'This is no cursor of ours.')

/** The key of a row in a list ordered by an instant, then id. */
export const instantKey = (at: Date, id: string): string => `${at.getTime()},${id}`

/** The instant and id behind a key; throws BAD_USER_INPUT for any other key. */
export function parseInstantKey(key: string): { at: Date; id: string } {
  const [ms = '', text = '', ...rest] = key.split(',')
  const at = parseMilliseconds(ms)
  const id = parseId<string>(text)
  if (!at || !id || rest.length > 0) throw foreignCursor()
  return { at, id }
}

/** The number behind a key that is one; throws BAD_USER_INPUT for any other key. */
export function parseNumberKey(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw foreignCursor()
  return Number(key)
}
