/** One kind of traffic over the generated graph. */
export type Question = {
  readonly name: string
  /** The text of the `n`th request; the same for every `n` unless the question is about unlike operations. */
  readonly query: (n: number) => string
  /** What every subgraph waits before it answers. */
  readonly delayMs: number
  /** Fewer are in flight where one answer is heavy. */
  readonly connections: number
}

const MEDIUM_FIRST = 10

const light = (set: string) => `{ topProducts(first: 12, set: ${set}) { upc name price weight } }`

const medium = (set: string, first = MEDIUM_FIRST, leaf = 'username') =>
  `{ topProducts(first: ${first}, set: ${set}) { upc name price reviews { id body author { id name ${leaf} } } } }`

const deep = (set: string, users: number, products: number) => `
query Deep {
  users(first: ${users}, set: ${set}) {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
      }
    }
  }
  topProducts(first: ${products}, set: ${set}) {
    ...Product
    reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
  }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
`

const question = (name: string, query: string | ((n: number) => string), more: Partial<Question> = {}): Question => ({
  name,
  query: typeof query === 'string' ? () => query : query,
  delayMs: 0,
  connections: 50,
  ...more,
})

export const MAIN_QUESTIONS: readonly Question[] = [
  question('light', light('SMALL')),
  question('medium', medium('SMALL')),
  question('deep', deep('SMALL', 12, 5)),
  question('deep, 10 × entities', deep('MANY', 120, 50), { connections: 8 }),
]

/** Asked in shorter rounds: bigger answers, slow subgraphs, unlike operations, and what one more fetch costs. */
export const SIDE_QUESTIONS: readonly Question[] = [
  question('light, 10 × bytes', light('LONG')),
  question('medium, 10 × bytes', medium('LONG')),
  question('deep, 10 × bytes', deep('LONG', 12, 5), { connections: 8 }),
  question('medium, subgraphs 10 ms slow', medium('SMALL'), { delayMs: 10 }),
  question('medium, every operation new', (n) => medium('SMALL', MEDIUM_FIRST, `x${n}: username`)),
  question('1 fetch', '{ topProducts(first: 1, set: SMALL) { upc } }'),
  question('3 fetches', '{ topProducts(first: 1, set: SMALL) { upc inStock reviews { id } } }'),
]

const LEAVES = ['upc', 'name', 'price', 'weight'] as const
const PLACES = 10

/** Short operations, the first 4^10 of which have ten fields in an order that no other has, and each a name that no other has. */
export function endlessOperation(n: number): string {
  const fields = Array.from({ length: PLACES }, (_, i) => `x${i}: ${LEAVES[Math.floor(n / LEAVES.length ** i) % LEAVES.length]}`)
  return `{ topProducts(first: 1, set: SMALL) { own${n}: upc ${fields.join(' ')} } }`
}
