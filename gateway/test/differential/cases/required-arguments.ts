import { type Asked, derived, link } from '../world.ts'
import { type HandGraph, right, wrongAs } from './case.ts'

const oneName = 'its representation has one value for a name, whatever the arguments that it is required with'
const wrong = wrongAs(oneName)

/** Fields that are required with arguments, and with others elsewhere. */
export const REQUIRED_ARGUMENTS: HandGraph = {
  about: 'one field required with different arguments',
  subgraphs: {
    shop: `
      type Query { items: [Item!]!  one: Item  things: [Thing!]! }
      union Thing = Item | Parcel
      type Item @key(fields: "id") { id: ID!  price(currency: String = "GBP", net: Boolean): Int  offer(first: Int = 1): Offer  offers(first: Int = 3): [Offer!]  like(n: Int = 0): Item  seller(of: String = "a"): Seller }
      type Parcel @key(fields: "id") { id: ID!  price(currency: String = "GBP"): Int }
      type Offer @shareable { price(currency: String = "GBP"): Int  text(short: Boolean): String }
      type Seller @key(fields: "id") { id: ID! }`,
    tax: `
      type Item @key(fields: "id") {
        id: ID!  price(currency: String = "GBP", net: Boolean): Int @external  offer(first: Int = 1): Offer @external  offers(first: Int = 3): [Offer!] @external
        like(n: Int = 0): Item @external  seller(of: String = "a"): Seller @external
        usd: Int @requires(fields: "price(currency: \\"USD\\")")
        eur: Int @requires(fields: "price(currency: \\"EUR\\")")
        must: Int! @requires(fields: "price(currency: \\"EUR\\")")
        plain: String @requires(fields: "price")
        both: String @requires(fields: "price(net: true, currency: \\"USD\\") offer(first: 2) { price(currency: \\"USD\\") }")
        inUsd: String @requires(fields: "offer { price(currency: \\"USD\\") text }")
        inEur: String @requires(fields: "offer { price(currency: \\"EUR\\") text(short: true) }")
        lists: String @requires(fields: "offers(first: 2) { price(currency: \\"USD\\") }")
        longer: String @requires(fields: "offers { price(currency: \\"EUR\\") }")
        times(n: Int = 2): Int @requires(fields: "price(currency: \\"USD\\")")
        sold: String @requires(fields: "seller(of: \\"b\\") { name(upper: true) }")
        soldLower: String @requires(fields: "seller(of: \\"b\\") { name }")
        liked: String @requires(fields: "like(n: 2) { price(currency: \\"USD\\") }")
        likedLess: String @requires(fields: "like(n: 2) { price(currency: \\"EUR\\") } price(currency: \\"EUR\\")")
        free: String }
      type Parcel @key(fields: "id") { id: ID!  price(currency: String = "GBP"): Int @external  usd: Int @requires(fields: "price(currency: \\"USD\\")")  eur: Int @requires(fields: "price(currency: \\"EUR\\")") }
      type Offer @shareable { price(currency: String = "GBP"): Int  text(short: Boolean): String }
      type Seller @key(fields: "id") { id: ID!  name(upper: Boolean): String @external }`,
    duty: `
      type Item @key(fields: "id") { id: ID!  price(currency: String = "GBP", net: Boolean): Int @external
        yen: Int @requires(fields: "price(currency: \\"JPY\\")")  dollars: Int @requires(fields: "price(currency: \\"USD\\")")  zero: Int @requires(fields: "price(currency: \\"FREE\\")")  none: String @requires(fields: "price(currency: \\"NONE\\")") }
      type Seller @key(fields: "id") { id: ID!  name(upper: Boolean): String  items: [Item!] }`,
    chain: `
      type Item @key(fields: "id") { id: ID!  usd: Int @external  eur: Int @external  times(n: Int = 2): Int @external
        sum: Int @requires(fields: "usd eur")  six: Int @requires(fields: "times(n: 6)")  three: Int @requires(fields: "times(n: 3)") }`,
  },
  rows: {
    i1: item(1),
    i2: item(2),
    p1: { __typename: 'Parcel', id: 'p1', price: priceOf(5), usd: priced('USD'), eur: priced('EUR') },
    s1: seller('a', 'Ann', [link('i1')]),
    s2: seller('b', 'Ben', [link('i1'), link('i2')]),
    Query: {
      __typename: 'Query',
      items: [link('i1'), link('i2')],
      one: link('i1'),
      things: [link('i2'), link('p1'), link('i1')],
    },
  },
  cases: [
    wrong('sends each field its own', '{ items { usd eur } }'),
    wrong('sends each field its own in another order', '{ one { eur usd } items { must usd } }'),
    wrong('sends what is required without arguments beside it', '{ items { plain usd eur free } }'),
    right('sends what is required with one set of arguments', '{ items { usd times free } }'),
    wrong('requires over two subgraphs', '{ items { usd yen dollars eur } }'),
    wrong('requires what requires', '{ items { sum six three } one { sum } }'),
    wrong('requires what requires, and shows it', '{ items { usd eur times sum six three } }'),
    wrong('requires inside an object', '{ items { inUsd inEur both } }'),
    wrong('requires inside lists', '{ items { lists longer } }'),
    right('requires of an entity that another subgraph has', '{ items { sold } }'),
    wrong('requires of one entity of another subgraph twice', '{ items { sold soldLower } }'),
    wrong('requires of one entity of its own type', '{ items { liked likedLess usd } }'),
    wrong('requires of several types', '{ things { ... on Item { usd eur } ... on Parcel { usd eur price } } }'),
    wrong('requires below an entity', '{ one { like(n: 2) { usd eur seller { items { usd eur } } } } }'),
    ...[true, false].map((c) =>
      wrong(
        `requires what is included: ${c}`,
        'query($c: Boolean!) { items { usd eur @include(if: $c) yen @skip(if: $c) } }',
        { c },
        c ? { others: [{ c: false }] } : { others: [{ c: true }], referenceIsWrong: oneName },
      ),
    ),
    ...[true, false].map((c) =>
      wrong(
        `requires in a fragment that is included: ${c}`,
        'query($c: Boolean!) { items { id eur ... @include(if: $c) { usd plain } } }',
        { c },
        { others: [{ c: !c }] },
      ),
    ),
    wrong('shows the field itself with other arguments', '{ items { price(currency: "CHF") usd eur } }'),
    wrong('shows the field itself with the same arguments', '{ items { price(currency: "USD") usd eur } }'),
    wrong('shows the field itself without arguments', '{ items { price usd eur plain } }'),
    wrong(
      'shows the field itself under aliases',
      '{ items { usd: price(currency: "CHF") price: usd eur: price a: eur price__0: id } }',
    ),
    wrong(
      'shows the field itself with a variable',
      'query($in: String) { items { price(currency: $in) plain usd eur } }',
      { in: 'CHF' },
      { others: [{ in: 'USD' }, {}] },
    ),
    wrong('shows a field that is required without arguments', '{ items { price(currency: "CHF") plain } }'),
    wrong(
      'shows an object that is required, with other arguments',
      '{ items { offer(first: 2) { price(currency: "CHF") text(short: true) } inUsd } }',
    ),
    wrong('shows a list that is required, with other arguments', '{ items { offers(first: 1) { price } lists longer } }'),
    wrong(
      'passes variables to one of the fields',
      'query($n: Int) { items { eur times(n: $n) usd } }',
      { n: 5 },
      { others: [{ n: 7 }, {}] },
    ),
    wrong('requires nothing that is zero or null', '{ items { zero none yen } }'),
  ],
}

function priced(currency: string) {
  return derived(`price(currency: "${currency}")`, ({ price }) => (typeof price === 'number' ? price + 10 : null))
}

function priceOf(n: number) {
  const rates: Readonly<Record<string, number | null>> = { USD: 1, EUR: 12, GBP: 3, CHF: 400, JPY: 5000, FREE: 0, NONE: null }
  return ({ args }: Asked) => {
    const rate = rates[String(args.currency ?? 'GBP')] ?? null
    return rate === null ? null : rate * n + (args.net === true ? 1 : 0)
  }
}

function item(n: number) {
  const offer = (m: number) => ({
    __typename: 'Offer',
    price: priceOf(n * 10 + m),
    text: ({ args }: Asked) => (args.short === true ? 's' : `long ${m}`),
  })
  const asText = (selection: string) => derived(selection, (given) => JSON.stringify(given))
  return {
    __typename: 'Item',
    id: `i${n}`,
    price: priceOf(n),
    offer: ({ args }: Asked) => offer(Number(args.first ?? 1)),
    offers: ({ args }: Asked) => [1, 2, 3].slice(0, Number(args.first ?? 3)).map(offer),
    like: ({ args }: Asked) => (args.n === 2 ? link('i2') : null),
    seller: ({ args }: Asked) => link(args.of === 'b' ? 's2' : 's1'),
    usd: priced('USD'),
    eur: priced('EUR'),
    must: priced('EUR'),
    plain: asText('price'),
    both: asText('price(net: true, currency: "USD") offer(first: 2) { price(currency: "USD") }'),
    inUsd: asText('offer { price(currency: "USD") text }'),
    inEur: asText('offer { price(currency: "EUR") text(short: true) }'),
    lists: asText('offers(first: 2) { price(currency: "USD") }'),
    longer: asText('offers { price(currency: "EUR") }'),
    times: derived('price(currency: "USD")', ({ price }, { n }) => Number(price) * Number(n ?? 2)),
    sold: asText('seller(of: "b") { name(upper: true) }'),
    soldLower: asText('seller(of: "b") { name }'),
    liked: asText('like(n: 2) { price(currency: "USD") }'),
    likedLess: asText('like(n: 2) { price(currency: "EUR") } price(currency: "EUR")'),
    free: `free ${n}`,
    yen: priced('JPY'),
    dollars: priced('USD'),
    zero: derived('price(currency: "FREE")', ({ price }) => (price === 0 ? 7 : null)),
    none: derived('price(currency: "NONE")', ({ price }) => (price === null ? 'nothing' : 'something')),
    sum: derived('usd eur', ({ usd, eur }) => Number(usd) * 1000 + Number(eur)),
    six: derived('times(n: 6)', ({ times }) => Number(times)),
    three: derived('times(n: 3)', ({ times }) => Number(times)),
  }
}

function seller(id: string, name: string, items: readonly unknown[]) {
  return { __typename: 'Seller', id, name: ({ args }: Asked) => (args.upper === true ? name.toUpperCase() : name), items }
}
