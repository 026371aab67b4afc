import type { HandCase } from './case.ts'

const q = (title: string, query: string, variables?: Record<string, unknown>, rest?: Partial<HandCase>): HandCase => ({
  title,
  query,
  variables,
  ...rest,
})

const KEYS: readonly HandCase[] = [
  q('joins by one key, then by another', '{ me { id reviews { id product { upc name inStock madeBy { name city } } } } }'),
  q(
    'joins by a compound key with an object in it',
    '{ search(text: "x") { ... on Book { title reviews { body author { name } } } } media { ... on Book { isbn reviews { stars } } } }',
  ),
  q('follows a reference that cannot be resolved where it stands', '{ products(first: 3) { madeBy { id name } } }'),
  q('asks each entity once or more, and answers every place', '{ users { friends { name trusted friends { email trusted } } } }'),
  q('sends what @requires names', '{ products(first: 3) { upc shippingEstimate } }'),
  q('sends objects that @requires names', '{ products(first: 3) { area } }'),
  q('follows a chain of @requires over three subgraphs', '{ users { badge } latest { product { advice } } }'),
  q('shows no field that only @requires asked for', '{ stocked { shippingEstimate area } }'),
  q('sends an argument that @requires fixes', '{ products(first: 2) { dollarTax } }'),
  q('uses what @provides promises', '{ warehouse { main { weight upc } products { weight } } }'),
  q('asks an overridden field of its new owner', '{ products { old } }'),
  q('requires an inaccessible field of nobody', '{ me { id name } }'),
  q('merges shareable objects', '{ products(first: 3) { size { width height } area } now }'),
]

const SHAPES: readonly HandCase[] = [
  q(
    'keeps lists of lists, empty ones and nulls in them',
    '{ grid { upc inStock reviews { body } } shelf { name inStock score } }',
  ),
  q('keeps null lists and null items', '{ products(first: 3) { related { upc score } variants { upc inStock } tags } }'),
  q('answers an empty list', '{ latest(limit: 0) { author { name } } }'),
  q('answers null for an entity that is null', '{ nobody { name reviews { id } } product(upc: "none") { inStock } }'),
  q(
    'keeps texts, numbers, enums and custom scalars as they are',
    '{ me { role settings name } search(text: "\\"\\\\") { ... on Book { title } ... on Gadget { power } } }',
  ),
  q('names fields by their aliases', '{ a: me { b: name c: reviews { d: id } } b: me { name: id } }'),
  q(
    'asks one field twice with different arguments',
    '{ products(first: 3) { euro: price dollar: price(currency: "USD") other: price(currency: "GBP") shippingEstimate } }',
  ),
  q('keeps an alias that is the name of a key', '{ me { id: name email: role reviews { id: body upc: stars } } }', undefined, {
    referenceIsWrong: 'the alias collides with the key in what it asks of the subgraph',
  }),
  q('keeps an alias on a key', '{ me { key: id mail: email reviews { rid: id } } }'),
  q('merges a field that is asked several times', '{ me { name } me { email reviews { id } } me { reviews { body id } name } }'),
  q(
    'orders keys by where they come first',
    '{ me { trusted name id } now me { email } ...F me { role } } fragment F on Query { me { settings } users { id } }',
  ),
  q('asks a root field of two subgraphs that share it', '{ now again: now }'),
  q(
    'answers an operation on several subgraphs at once',
    '{ me { id } product(upc: "1") { name } warehouse { name } latest(limit: 1) { body } }',
  ),
]

const ABSTRACT: readonly HandCase[] = [
  q('tells types of an interface', '{ things { __typename id label } nodes { __typename id } }'),
  q(
    'joins fields of one type behind an interface',
    '{ things { id ... on Product { upc inStock reviews { body } } ... on Gadget { power stock parts { __typename label ... on Product { score } } } } }',
  ),
  q(
    'joins fields behind a union',
    '{ search(text: "x") { __typename ... on Product { name inStock } ... on Gadget { stock } ... on Note { text about { score } } } }',
  ),
  q(
    'finds unions whose members have their home elsewhere',
    '{ latest { subject { __typename ... on User { name trusted } ... on Product { name inStock } } } }',
  ),
  q(
    'spreads an interface inside a union',
    '{ search(text: "x") { ... on Node { id } ... on Thing { label ... on Product { upc } } } media { ... on Node { id } } }',
  ),
  q(
    'spreads a fragment on the type itself',
    '{ me { ... on User { name ... on User { id } } } things { ... on Thing { ... on Node { id } label } } }',
  ),
  q(
    'uses named fragments in each other',
    'query { things { ...A } maybeThings { ...B } } fragment A on Thing { label ...B } fragment B on Node { id ...C } fragment C on Product { score }',
  ),
  q('leaves out what no fragment matches', '{ media { ... on Gadget { power } } things { ... on Gadget { stock } } }'),
  q(
    'keeps nulls among abstract items',
    '{ maybeThings { id ... on Product { inStock } ... on Gadget { stock } } nodes { ... on Book { reviews { id } } ... on Product { score } } }',
  ),
  q(
    'gives a type name under any alias',
    '{ t: __typename me { t: __typename __typename reviews { x: __typename } } things { kind: __typename ... on Product { __typename } } }',
  ),
  q('answers an operation that asks only for a type name', '{ __typename }'),
  q(
    'answers a type name next to fields of all subgraphs',
    '{ a: __typename me { __typename } b: __typename latest { __typename } }',
  ),
  q(
    'puts the same field under fragments of several types',
    '{ search(text: "x") { ... on Product { n: name } ... on Gadget { n: label } ... on Note { m: text } ... on Book { m: title } } }',
  ),
]

const CONDITIONAL = 'query($yes: Boolean!, $no: Boolean!)'
const BOTH = { yes: true, no: false }
const CONDITIONS: readonly HandCase[] = [
  q(
    'leaves out and puts in fields',
    `${CONDITIONAL} { me { id @include(if: $no) name @include(if: $yes) email @skip(if: $yes) role @skip(if: $no) } }`,
    BOTH,
  ),
  q(
    'leaves out whole fetches',
    `${CONDITIONAL} { me { id reviews @include(if: $no) { id } trusted @skip(if: $no) } latest @skip(if: $yes) { id } }`,
    BOTH,
  ),
  q(
    'puts in whole fetches',
    `${CONDITIONAL} { me { id reviews @include(if: $yes) { id product @skip(if: $no) { inStock } } } latest @skip(if: $no) { id } }`,
    BOTH,
  ),
  q(
    'applies conditions to fragments',
    `${CONDITIONAL} { me { ...F @include(if: $yes) ...G @skip(if: $yes) ... @include(if: $no) { email } ... on User @include(if: $yes) { trusted } } } fragment F on User { name reviews { id } } fragment G on User { role }`,
    BOTH,
  ),
  q(
    'applies two conditions to one field',
    `${CONDITIONAL} { me { a: name @include(if: $yes) @skip(if: $no) b: name @include(if: $yes) @skip(if: $yes) reviews @include(if: $yes) @skip(if: $no) { id } } }`,
    BOTH,
  ),
  q(
    'takes literals as conditions',
    '{ me { name @include(if: false) id @skip(if: true) role @include(if: true) } latest @skip(if: true) { id } }',
  ),
  q(
    'answers an object of which nothing is left',
    `${CONDITIONAL} { me @include(if: $yes) { id @include(if: $no) } products { reviews @skip(if: $yes) { id } } }`,
    BOTH,
    {
      referenceIsWrong: 'it asks nobody for the object, and answers null instead of an object without fields',
    },
  ),
  q(
    'answers an object of whose fragments nothing is left',
    `${CONDITIONAL} { me @include(if: $yes) { ... on User { id @skip(if: $yes) } ...F } } fragment F on User { name @include(if: $no) ... { role @skip(if: $yes) } }`,
    BOTH,
  ),
  q(
    'answers a query of which nothing is left',
    `${CONDITIONAL} { me @include(if: $no) { id } latest @skip(if: $yes) { id } }`,
    BOTH,
  ),
  q(
    'takes conditions from defaults',
    'query($a: Boolean! = true) { me { id @include(if: $a) name @skip(if: $a) reviews @include(if: $a) { id } } }',
  ),
  q(
    'includes a field once if one of its places does',
    'query($no: Boolean!) { me { name @include(if: $no) name reviews @include(if: $no) { id } reviews { body } } }',
    { no: false },
  ),
  q(
    'applies conditions on abstract types',
    `${CONDITIONAL} { things { ... on Product @include(if: $yes) { inStock score @skip(if: $yes) } ... on Gadget @skip(if: $yes) { stock } id @include(if: $no) } }`,
    BOTH,
  ),
  q(
    'nests conditions',
    `${CONDITIONAL} { me @include(if: $yes) { reviews @skip(if: $no) { product @include(if: $yes) { inStock @include(if: $yes) score @include(if: $no) reviews @skip(if: $yes) { id } } } } }`,
    BOTH,
  ),
  q(
    'keeps a fetch whose @requires is only asked on a condition',
    'query($no: Boolean!) { products { inStock shippingEstimate @include(if: $no) } }',
    { no: false },
    {
      referenceIsWrong: 'it drops the fetch of an entity if a field that is left out would have required more of it',
    },
  ),
  q(
    'keeps a @requires that is asked on a condition that holds',
    'query($yes: Boolean!) { stocked { inStock shippingEstimate @include(if: $yes) } }',
    { yes: true },
  ),
]

const VARIABLES: readonly HandCase[] = [
  q(
    'passes variables to the subgraph that needs them',
    'query($id: ID!, $last: Int, $to: [String!]) { user(id: $id) { greet(to: $to) reviews(last: $last) { id } } }',
    { id: 'u2', last: 1, to: ['a'] },
  ),
  q(
    'leaves out variables that are not sent',
    'query($last: Int, $greeting: String) { me { greet(greeting: $greeting) reviews(last: $last) { id } } }',
    {},
  ),
  q('passes null on', 'query($last: Int, $greeting: String) { me { greet(greeting: $greeting) reviews(last: $last) { id } } }', {
    last: null,
    greeting: null,
  }),
  q(
    'applies defaults of variables',
    'query($last: Int = 1, $greeting: String = "Hi") { me { greet(greeting: $greeting) reviews(last: $last) { id } } }',
  ),
  q(
    'prefers what is sent to defaults',
    'query($last: Int = 1, $greeting: String = "Hi") { me { greet(greeting: $greeting) reviews(last: $last) { id } } }',
    { last: 2, greeting: null },
  ),
  q('takes one item for a list', 'query($to: [String!]) { me { greet(to: $to) also: greet(to: "one") } }', { to: 'single' }),
  q(
    'takes variables inside objects and lists',
    'query($t: String, $i: Nested, $n: Int!) { echo(input: { text: $t, inner: $i, items: [{ text: $t }, { inner: { text: $t } }] }, list: [[1, $n], []]) }',
    { t: 'x', i: { text: null, items: [{}] }, n: 4 },
  ),
  q('leaves absent variables out of objects', 'query($t: String, $i: Nested) { echo(input: { text: $t, inner: $i }) }', {}),
  q('passes custom scalars as they are', 'query($j: Json) { echo(json: $j) b: echo(json: { a: [1, "x", { b: null }] }) }', {
    j: { deep: [1, null, { x: 'y' }] },
  }),
  q('coerces numbers and ids', 'query($id: ID, $f: Float) { echo(id: $id, float: $f) b: echo(id: 12, float: 3) }', {
    id: 7,
    f: 2,
  }),
  q(
    'passes enums and input defaults',
    'query($o: Order, $f: ProductFilter) { products(first: 1, order: $o, filter: $f) { upc inStock } b: products(order: PRICE, filter: { deep: { upcs: ["1"] } }) { upc } }',
    { o: 'PRICE', f: { deep: { order: 'NAME' } } },
  ),
  q(
    'uses one variable in several subgraphs',
    'query($n: Int, $u: String!) { latest(limit: $n) { id } products(first: $n) { upc } product(upc: $u) { reviews { id } } }',
    { n: 1, u: '1' },
  ),
  q(
    'sends no variable that a fetch does not use',
    'query($last: Int!, $a: String!) { me { reviews(last: $last) { id } } product(upc: $a) { inStock } }',
    { last: 1, a: '2' },
  ),
  q('escapes texts', '{ echo(input: { text: "a\\"b\\\\c\\n\\u2028é" }) b: echo(input: { text: """block "quote" """ }) }'),
  q('runs the operation that is named', 'query A { me { id } } query B { latest(limit: 1) { id author { name } } }', undefined, {
    operationName: 'B',
  }),
  q('runs the other operation that is named', 'query A { me { id } } mutation B { count } query C { now }', undefined, {
    operationName: 'A',
  }),
]

const WRITES: readonly HandCase[] = [
  q('writes in the order of the document', 'mutation { a: count(by: 1) b: count(by: 2) note(text: "x") c: count(by: 3) }'),
  q(
    'writes over several subgraphs in order',
    'mutation { a: count(by: 1) addReview(upc: "1", body: "b") { id author { name } product { inStock } } b: count(by: 2) note(text: "n") c: count(by: 4) }',
  ),
  q(
    'joins to what a mutation gives',
    'mutation($n: String!) { rename(id: "u1", name: $n) { id name reviews { id } trusted } addProduct(upc: "2") { name inStock score } }',
    { n: 'New' },
  ),
  q('gives a type name in a mutation', 'mutation { __typename count t: __typename }'),
  q(
    'applies conditions in a mutation',
    'mutation($no: Boolean!) { count(by: 1) @include(if: $no) b: count(by: 2) note(text: "x") @skip(if: $no) }',
    { no: false },
  ),
  q(
    'runs a mutation of whose answer nothing is left',
    'mutation($yes: Boolean!) { rename(id: "u1", name: "New") @include(if: $yes) { ... on User { name @skip(if: $yes) } } }',
    { yes: true },
    {
      referenceIsWrong: 'it does not run the mutation',
    },
  ),
  q(
    'runs the rest of a subscription for each event',
    'subscription { userChanged { id name trusted reviews { id product { inStock } } } }',
  ),
  q(
    'takes variables in a subscription',
    'subscription($id: ID, $last: Int = 1, $no: Boolean!) { userChanged(id: $id) { id reviews(last: $last) { body } friends { trusted @include(if: $no) name } } }',
    { id: 'u2', no: false },
  ),
  q(
    'answers an event with an alias and fragments',
    'subscription { changed: userChanged { ...F __typename } } fragment F on User { mail: email trusted ... on User { mark } }',
  ),
  q('answers a null event', 'subscription { maybeChanged { id trusted } }'),
]

const INTROSPECTION: readonly HandCase[] = [
  q(
    'describes the schema',
    '{ __schema { queryType { name } types { kind name fields(includeDeprecated: true) { name args { name defaultValue type { name kind } } type { kind name ofType { kind name ofType { name kind } } } } possibleTypes { name } enumValues { name } inputFields { name defaultValue } interfaces { name } } directives { name locations isRepeatable args { name } } } }',
    undefined,
    { isFaulty: true },
  ),
  q(
    'describes one type',
    'query($n: String!) { __type(name: $n) { name kind fields { name } } other: __type(name: "Nothing") { name } }',
    { n: 'User' },
    { isFaulty: true },
  ),
  q(
    'describes beside data',
    '{ __typename s: __schema { queryType { n: name } } me { id trusted } __type(name: "Role") { enumValues { name } } }',
    undefined,
    { isFaulty: true },
  ),
]

export const SHOP_CASES: Readonly<Record<string, readonly HandCase[]>> = {
  'keys and requirements': KEYS,
  shapes: SHAPES,
  'abstract types': ABSTRACT,
  conditions: CONDITIONS,
  variables: VARIABLES,
  'mutations and subscriptions': WRITES,
  introspection: INTROSPECTION,
}
