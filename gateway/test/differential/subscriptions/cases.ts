import type { GraphqlRequest } from '../../../src/admission/admission.ts'

/** A subscription, and what is promised of it: the end of a sentence that begins with "it". */
export type WatchCase = GraphqlRequest & { readonly title: string }

const w = (title: string, query: string, variables?: Record<string, unknown>, operationName?: string): WatchCase => ({
  title,
  query,
  variables,
  operationName,
})

const KEYS: readonly WatchCase[] = [
  w(
    'answers from the one subgraph that has it',
    'subscription { userChanged { id email name role address { street zip { code country } } } }',
  ),
  w('joins by a key of the event', 'subscription { userChanged { trusted reviews { id stars } } }'),
  w(
    'joins by one key, then by another',
    'subscription { userChanged { id reviews { id product { upc name inStock madeBy { name city } } } } }',
  ),
  w(
    'joins by a compound key with an object in it',
    'subscription { mediaChanged { ... on Book { title reviews { body author { name } } } } }',
  ),
  w('follows a reference that cannot be resolved where it stands', 'subscription { productChanged { madeBy { id name city } } }'),
  w('asks one entity for several places', 'subscription { userChanged { friends { name trusted friends { email trusted } } } }'),
  w('sends what @requires names', 'subscription { productChanged { upc shippingEstimate } }'),
  w('sends objects that @requires names', 'subscription { productsChanged { area } }'),
  w('follows a chain of @requires over three subgraphs', 'subscription { userChanged { badge } }'),
  w(
    'follows a chain of @requires that begins below the event',
    'subscription { reviewAdded { author { badge } product { advice } } }',
  ),
  w('shows no field that only @requires asked for', 'subscription { stockChanged { shippingEstimate area } }'),
  w('sends an argument that @requires fixes', 'subscription { productsChanged { dollarTax upc } }'),
  w('uses what @provides promises', 'subscription { warehouseChanged { main { weight upc } products { weight } } }'),
  w(
    'joins beyond what @provides promises',
    'subscription { warehouseChanged { name main { weight name reviews { body } shippingEstimate } } }',
  ),
  w('asks an overridden field of its new owner', 'subscription { productsChanged { old } }'),
  w('merges shareable objects', 'subscription { productChanged { size { width height } area } }'),
]

const SHAPES: readonly WatchCase[] = [
  w('answers a null event', 'subscription { maybeChanged { id trusted } }'),
  w('keeps null items of a list', 'subscription { usersChanged { id trusted } }'),
  w('keeps null items among joined ones', 'subscription { productsChanged { upc inStock score related { upc score } } }'),
  w(
    'keeps lists of lists, empty ones and nulls in them',
    'subscription { gridChanged { upc inStock reviews { body } tags variants { score } } }',
  ),
  w('names fields by their aliases', 'subscription { a: userChanged { b: name c: reviews { d: id } e: trusted } }'),
  w(
    'asks one field twice with different arguments',
    'subscription { productChanged { euro: price dollar: price(currency: "USD") shippingEstimate } }',
  ),
  w(
    'merges a field that is asked several times',
    'subscription { userChanged { name reviews { id } reviews { body id } name } }',
  ),
  w(
    'orders keys by where they come first',
    'subscription { userChanged { trusted name ...F id } } fragment F on User { email trusted role }',
  ),
  w('keeps texts that must be escaped', 'subscription { noted(input: { text: "a\\"b\\\\c\\n\\u2028é" }) }'),
  w('keeps custom scalars and enums as they are', 'subscription { userChanged { settings role reviews { body stars } } }'),
  w(
    'keeps floats, also of other subgraphs',
    'subscription { thingsChanged { ... on Gadget { power stock } ... on Product { score } } }',
  ),
]

const NESTED = `subscription { userChanged { ...A } }
  fragment A on User { name ...B reviews { ...C } }
  fragment B on User { email ... on User { trusted ...D } }
  fragment C on Review { id product { ...E } }
  fragment D on User { friends { id ... { trusted } } }
  fragment E on Product { upc inStock }`

const FRAGMENTS: readonly WatchCase[] = [
  w('nests named and inline fragments', NESTED),
  w(
    'spreads a fragment at the root',
    'subscription { ...S } fragment S on Subscription { c: reviewAdded { id ...R } } fragment R on Review { author { name } }',
  ),
  w(
    'spreads an inline fragment at the root',
    'subscription { ... on Subscription { reviewAdded { stars author { trusted name } } } }',
  ),
  w('tells types of an interface', 'subscription { thingsChanged { __typename id label } }'),
  w(
    'joins fields of one type behind an interface',
    'subscription { thingChanged { id ... on Product { upc inStock reviews { body } } ... on Gadget { power stock parts { __typename label ... on Product { score } } } } }',
  ),
  w(
    'joins behind an interface of interfaces',
    'subscription { nodeChanged { __typename id ... on Thing { label } ... on Product { score } ... on Gadget { stock } ... on Book { reviews { stars } } } }',
  ),
  w(
    'joins fields behind a union',
    'subscription { searchChanged { __typename ... on Product { name inStock } ... on Gadget { stock } ... on Book { reviews { id } } ... on Note { text about { score } } } }',
  ),
  w(
    'finds unions whose members have their home elsewhere',
    'subscription { subjectChanged { __typename ... on User { name trusted } ... on Product { name inStock } } }',
  ),
  w(
    'spreads an interface inside a union',
    'subscription { searchChanged { ... on Node { id } ... on Thing { label ... on Product { upc } } } }',
  ),
  w('leaves out what no fragment matches', 'subscription { mediaChanged { ... on Gadget { stock } } }'),
  w(
    'puts the same name under fragments of several types',
    'subscription { searchChanged { ... on Product { n: name } ... on Gadget { n: label } ... on Note { m: text } ... on Book { m: title } } }',
  ),
  w(
    'gives type names under any alias and at any depth',
    'subscription { userChanged { __typename t: __typename reviews { x: __typename author { __typename trusted } } address { __typename } } }',
  ),
  w('answers an event of which only the type is asked', 'subscription { thingChanged { __typename } }'),
]

const CONDITIONAL = 'subscription($yes: Boolean!, $no: Boolean!)'
const BOTH = { yes: true, no: false }
const CONDITIONS: readonly WatchCase[] = [
  w(
    'leaves out and puts in fields',
    `${CONDITIONAL} { userChanged { id @include(if: $no) name @include(if: $yes) email @skip(if: $yes) role @skip(if: $no) } }`,
    BOTH,
  ),
  w(
    'leaves out whole fetches',
    `${CONDITIONAL} { userChanged { id reviews @include(if: $no) { id } trusted @skip(if: $no) friends @skip(if: $yes) { trusted } } }`,
    BOTH,
  ),
  w(
    'puts in whole fetches',
    `${CONDITIONAL} { userChanged { id reviews @include(if: $yes) { id product @skip(if: $no) { inStock } } } }`,
    BOTH,
  ),
  w(
    'applies conditions to fragments below the root',
    `${CONDITIONAL} { userChanged { ...F @include(if: $yes) ...G @skip(if: $yes) ... @include(if: $no) { email } ... on User @include(if: $yes) { trusted } } } fragment F on User { name reviews { id } } fragment G on User { role }`,
    BOTH,
  ),
  w(
    'applies two conditions to one field',
    `${CONDITIONAL} { userChanged { id a: name @include(if: $yes) @skip(if: $no) b: name @include(if: $yes) @skip(if: $yes) reviews @include(if: $yes) @skip(if: $no) { id } } }`,
    BOTH,
  ),
  w(
    'takes literals as conditions',
    'subscription { userChanged { name @include(if: false) id @skip(if: true) role @include(if: true) trusted @skip(if: false) reviews @skip(if: true) { id } } }',
  ),
  w(
    'applies conditions behind abstract types',
    `${CONDITIONAL} { thingChanged { id @skip(if: $yes) label ... on Product @include(if: $yes) { inStock @skip(if: $no) score @include(if: $no) } } }`,
    BOTH,
  ),
  w(
    'takes a default value as a condition',
    'subscription($on: Boolean = true, $off: Boolean = false) { userChanged { id trusted @include(if: $on) name @include(if: $off) } }',
  ),
]

const VARIABLES: readonly WatchCase[] = [
  w('takes variables at the root', 'subscription($id: ID) { userChanged(id: $id) { id name trusted } }', { id: 'u2' }),
  w('takes no value for a variable without one', 'subscription($id: ID) { userChanged(id: $id) { id name trusted } }'),
  w('takes null for a variable', 'subscription($id: ID) { userChanged(id: $id) { id trusted } }', { id: null }),
  w(
    'takes defaults of variables and of arguments',
    'subscription($upc: String = "2") { productChanged(upc: $upc) { upc price inStock } }',
  ),
  w(
    'prefers a value to a default',
    'subscription($upc: String = "2", $currency: String = "EUR") { productChanged(upc: $upc) { upc price(currency: $currency) dollarTax } }',
    {
      upc: '3',
      currency: 'USD',
    },
  ),
  w(
    'takes variables in another subgraph than the root’s',
    'subscription($last: Int = 1) { userChanged { reviews(last: $last) { body } friends { reviews(last: 0) { id } } } }',
    { last: 2 },
  ),
  w(
    'takes one variable in several subgraphs',
    'subscription($currency: String!) { warehouseChanged { products { price(currency: $currency) name p: price(currency: $currency) } } }',
    { currency: 'USD' },
  ),
  w(
    'takes input objects, lists and their defaults',
    'subscription($input: Nested, $times: [Int!]! = [3]) { noted(input: $input, times: $times) }',
    {
      input: { inner: { items: [{ text: 'deep' }], flag: null } },
    },
  ),
  w(
    'runs the operation that is named',
    'subscription A { userChanged { id } } subscription B { reviewAdded { id author { name } } } query C { now }',
    {},
    'B',
  ),
]

const ERRORS: readonly WatchCase[] = [
  w('reports an event that fails at the root', 'subscription { lostUser { id trusted } }'),
  w('reports an event that fails at the root, under an alias', 'subscription { lost: lostUser { i: id t: trusted } }'),
  w('gives no data when the root must not be null', 'subscription { lostMember { id trusted } }'),
  w('reports a field of the event that fails', 'subscription { userChanged { id failingName trusted } }'),
  w('lets a null bubble up to the root', 'subscription { userChanged { id failingMust } }'),
  w('lets a null bubble up to a nullable root', 'subscription { lostUser { id failingMust trusted } }'),
  w('lets a null bubble up to the item of a list', 'subscription { usersChanged { id failingMust } }'),
  w('lets the null of an item take the list', 'subscription { membersChanged { id trusted } }'),
  w('reports below an entity of another subgraph', 'subscription { reviewAdded { id author { failingName name } } }'),
  w('lets a null bubble up over an entity of another subgraph', 'subscription { reviewAdded { id author { failingMust } } }'),
  w('lets a null bubble up to a list in the event', 'subscription { reviewsAdded { id mustAuthor { failingMust } } }'),
  w('lets a null bubble up to the root from another subgraph', 'subscription { reviewAdded { id mustAuthor { failingMust } } }'),
  w(
    'reports errors of several levels and subgraphs at once',
    'subscription { userChanged { a: failingName friends { failingName } reviews { author { failingName } product { inStock } } } }',
  ),
  w('reports under aliases in lists', 'subscription { c: usersChanged { n: failingName f: friends { g: failingName } } }'),
]

/** Operations by what they are about. */
export const WATCH_CASES: Readonly<Record<string, readonly WatchCase[]>> = {
  'keys and requirements': KEYS,
  shapes: SHAPES,
  'fragments and abstract types': FRAGMENTS,
  conditions: CONDITIONS,
  variables: VARIABLES,
  errors: ERRORS,
}
