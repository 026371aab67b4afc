/** A row, or a field that depends on arguments or on the fields that a gateway sent along. */
export type Value = null | string | number | boolean | Row | readonly Value[] | ((args: Arguments) => Value)
export type Row = { readonly __typename: string; readonly [field: string]: Value }
export type Arguments = Readonly<Record<string, unknown>>

/** Sizes of the three data sets: ten times the rows, and ten times the bytes in about as many rows. */
const DATA_SETS = {
  SMALL: { users: 12, products: 12, bodyLength: 110, nameLength: 12 },
  MANY: { users: 120, products: 120, bodyLength: 110, nameLength: 12 },
  LONG: { users: 12, products: 12, bodyLength: 1_350, nameLength: 580 },
} as const

const REVIEWS_PER_USER = 2

export type DataSet = keyof typeof DATA_SETS

const WORDS = 'a fair price for something that lasts longer than the one before it and looks better while it does so '

const text = (length: number, salt: number): string => {
  const start = (salt * 7) % WORDS.length
  return `${salt} ${WORDS.slice(start)}${WORDS.repeat(Math.ceil(length / WORDS.length))}`.slice(0, length).trimEnd()
}

export type Data = {
  readonly query: Row
  /** The row that a representation stands for; undefined if there is none. */
  readonly find: (typename: string, key: string) => Row | undefined
}

/** The same rows for every subgraph: which fields a gateway may ask where is its plan's business. */
export function createData(): Data {
  const rows = new Map<string, Row>()
  const lists = Object.fromEntries(Object.entries(DATA_SETS).map(([name, sizes]) => [name, createRows(name, sizes, rows)]))
  const firstOf = (pick: (set: Lists) => readonly Row[]) => (args: Arguments) => {
    const set = lists[String(args.set)]
    return set ? pick(set).slice(0, Number(args.first)) : null
  }
  return {
    query: { __typename: 'Query', users: firstOf(({ users }) => users), topProducts: firstOf(({ products }) => products) },
    find: (typename, key) => rows.get(`${typename} ${key}`),
  }
}

type Lists = { readonly users: readonly Row[]; readonly products: readonly Row[] }

function createRows(set: string, sizes: (typeof DATA_SETS)[DataSet], rows: Map<string, Row>): Lists {
  const prefix = set.slice(0, 1).toLowerCase()
  const lists = { users: [] as Row[], products: [] as Row[] }
  const reviewsOf = { users: new Map<number, Row[]>(), products: new Map<number, Row[]>() }
  for (let i = 0; i < sizes.users; i++) {
    const id = `${prefix}u${i}`
    const user: Row = {
      __typename: 'User',
      id,
      name: text(sizes.nameLength, i),
      username: `user_${i}`,
      reviews: () => reviewsOf.users.get(i) ?? [],
    }
    lists.users.push(user)
    rows.set(`User ${id}`, user)
  }
  for (let i = 0; i < sizes.products; i++) {
    const upc = `${prefix}p${i}`
    const price = 100 + ((i * 389) % 1_300)
    const weight = 10 + ((i * 53) % 500)
    const product: Row = {
      __typename: 'Product',
      upc,
      name: text(sizes.nameLength, i + 31),
      price,
      weight,
      inStock: i % 3 !== 0,
      shippingEstimate: shippingEstimate(price, weight),
      reviews: () => reviewsOf.products.get(i) ?? [],
    }
    lists.products.push(product)
    rows.set(`Product ${upc}`, product)
  }
  for (let i = 0; i < sizes.users * REVIEWS_PER_USER; i++) {
    const authorAt = Math.floor(i / REVIEWS_PER_USER)
    // A step without a common divisor with the number of products spreads an author's reviews over all of them.
    const productAt = (i * 7 + 1) % sizes.products
    const id = `${prefix}r${i}`
    const review: Row = {
      __typename: 'Review',
      id,
      body: text(sizes.bodyLength, i + 5),
      author: lists.users[authorAt] ?? null,
      product: lists.products[productAt] ?? null,
    }
    rows.set(`Review ${id}`, review)
    append(reviewsOf.users, authorAt, review)
    append(reviewsOf.products, productAt, review)
  }
  return lists
}

/** Free above 1,000, else half the weight; null unless both were sent. */
export const shippingEstimate = (price: unknown, weight: unknown): number | null => {
  if (typeof price !== 'number' || typeof weight !== 'number') return null
  return price > 1_000 ? 0 : Math.floor(weight / 2)
}

function append(lists: Map<number, Row[]>, key: number, row: Row): void {
  const list = lists.get(key)
  if (list) list.push(row)
  else lists.set(key, [row])
}
