import { SHOP, SHOP_ROWS } from '../cases/shop.ts'
import { type Asked, failing, link, type Row, type Rows, stableText } from '../world.ts'

/** Events that each subscription gives. */
export const EVENTS = 3

const ACCOUNTS =
  'type Subscription { userChanged(id: ID): User!  maybeChanged: User  usersChanged: [User]!  membersChanged: [User!]  lostUser: User  lostMember: User! }'

/** The shop, every subgraph of which has something to watch. */
export const WATCHED_SHOP: Readonly<Record<string, string>> = {
  accounts: `${SHOP.accounts?.replace(/type Subscription \{[^}]*\}/, '') ?? ''} ${ACCOUNTS}`,
  products: `${SHOP.products ?? ''}
    type Subscription {
      productChanged(upc: String = "1"): Product  productsChanged(filter: ProductFilter): [Product]  gridChanged: [[Product]!]
      thingChanged: Thing  thingsChanged: [Thing]!  nodeChanged: Node  searchChanged(text: String! = "all"): [SearchResult!]!  mediaChanged: Media
      noted(input: Nested, times: [Int!]! = [1, 2]): String!
    }`,
  inventory: `${SHOP.inventory ?? ''} type Subscription { warehouseChanged: Warehouse!  stockChanged: Product }`,
  reviews: `${SHOP.reviews ?? ''} type Subscription { reviewAdded: Review!  reviewsAdded: [Review]  subjectChanged: Subject }`,
}

/** A value for each event; the last one stands for those after it. */
const byTurns =
  (now: () => number, values: readonly unknown[]) =>
  ({ args, rows, state }: Asked): unknown => {
    const value = values[Math.min(now(), values.length - 1)]
    return typeof value === 'function' ? value({ args, rows, state }) : value
  }

const note = (about: string | null) => ({ __typename: 'Note', text: 'by hand', about: about === null ? null : link(about) })

function watched(now: () => number): Row {
  const turns = (...values: unknown[]) => byTurns(now, values)
  return {
    __typename: 'Subscription',
    userChanged: turns(({ args }: Asked) => link(String(args.id ?? 'u1')), link('u2'), link('u3')),
    maybeChanged: turns(null, link('u2'), null),
    usersChanged: turns([link('u1'), null, link('u3')], [], [null]),
    membersChanged: turns([link('u1'), link('u2')], [link('u3'), null], null),
    lostUser: turns(failing('the user is lost'), link('u1'), failing('the user is lost again')),
    lostMember: turns(link('u1'), failing('the member is lost'), null),
    productChanged: turns(({ args }: Asked) => link(`p${String(args.upc)}`), link('p3'), null),
    productsChanged: turns([link('p1'), null, link('p2')], [link('p3'), link('p3')], null),
    gridChanged: turns([[link('p1'), null], [], [link('p2'), link('p1')]], [[null]], null),
    thingChanged: turns(link('p1'), link('g2'), null),
    thingsChanged: turns([link('p1'), null, link('g1')], [link('g2'), link('p2')], []),
    nodeChanged: turns(link('b1'), link('p2'), link('g1')),
    searchChanged: turns([link('b1'), link('p2'), note('p1')], [link('g1'), note(null)], []),
    mediaChanged: turns(link('b1'), link('g1'), null),
    noted: turns(({ args }: Asked) => stableText(args), 'plain', 'with "quotes", \\ and é \u2028'),
    warehouseChanged: turns(
      { __typename: 'Warehouse', name: 'Main', products: [link('p3'), link('p1')], main: link('p1') },
      { __typename: 'Warehouse', name: 'Second', products: [], main: null },
      { __typename: 'Warehouse', name: 'Third', products: [link('p2')], main: link('p3') },
    ),
    stockChanged: turns(link('p1'), link('p2'), null),
    reviewAdded: turns(link('r1'), link('r2'), link('r3')),
    reviewsAdded: turns([link('r1'), null, link('r3')], null, []),
    subjectChanged: turns(link('p1'), link('u2'), null),
  }
}

/** The rows of the shop as they are when event number `now()` is delivered. */
export const watchedRows = (now: () => number): Rows => ({ ...SHOP_ROWS, Subscription: watched(now) })
