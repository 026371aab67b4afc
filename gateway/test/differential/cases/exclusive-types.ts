import { type Asked, link } from '../world.ts'
import { type HandGraph, right, wrongAs } from './case.ts'

const merged = 'its planner goes by the path of names and asks every object there for what only some are asked'
const wrong = wrongAs(merged)

/** One response name that stands for several fields, or for one with other arguments, in types that exclude each other. */
export const EXCLUSIVE_TYPES: HandGraph = {
  about: 'exclusive types under one response name',
  subgraphs: {
    a: `
      type Query { things: [U!]!  grid: [[U]]  nodes: [N!]!  one: U }
      union U = A | B | C
      interface N { id: ID!  item: Item  list(first: Int): [Item!] }
      type A implements N @key(fields: "id") { id: ID!  item: Item  list(first: Int): [Item!]  other: Item  must: Item!  box: Box  peer: U  x: String  two: Item }
      type B implements N @key(fields: "id") { id: ID!  item: Item  list(first: Int): [Item!]  must: Item!  box: Box  peer: U  y: String  two: Maker }
      type C { item: Item }
      type Box @shareable { item: Item  lid: Lid }
      type Lid @shareable { item: Item }
      type Item @key(fields: "id") { id: ID! }
      type Maker @key(fields: "id") { id: ID! }`,
    b: `
      type Item @key(fields: "id") { id: ID!  f(x: Int): String  n(x: Int = 0): Int!  g: String  h: String  sub: Item  maker: Maker  onlyOdd: String! }
      type Maker @key(fields: "id") { id: ID!  f(x: Int): String  g: String  name: String }`,
    c: `
      interface N { id: ID! }
      type A implements N @key(fields: "id") { id: ID!  extra(x: Int): String  deep: Item }
      type B implements N @key(fields: "id") { id: ID!  extra(x: Int): String  deep: Item }
      type Item @key(fields: "id") { id: ID!  late(x: Int): String }`,
  },
  rows: {
    a1: side('A', 'a1', { item: link('i1'), other: link('i2'), peer: link('b1'), two: link('i1') }),
    a2: side('A', 'a2', { item: null, other: link('i1'), peer: null, two: null }),
    b1: side('B', 'b1', { item: link('i1'), peer: link('a1'), two: link('m1') }),
    b2: side('B', 'b2', { item: link('i2'), peer: link('b1'), two: link('m2') }),
    c1: { __typename: 'C', item: link('i2') },
    i1: item(1),
    i2: item(2),
    m1: maker(1),
    m2: maker(2),
    Query: {
      __typename: 'Query',
      things: [link('a1'), link('b1'), link('b2'), link('c1'), link('a2')],
      grid: [[link('a1'), null, link('b2')], null, [link('b1')]],
      nodes: [link('a1'), link('b1'), link('a2')],
      one: link('b2'),
    },
  },
  cases: [
    wrong(
      'asks one field with the arguments of each type',
      '{ things { ... on A { item { f(x: 1) } } ... on B { item { f(x: 2) } } } }',
    ),
    wrong(
      'asks each type its own field',
      '{ things { ... on A { item { v: g } } ... on B { item { v: h } } ... on C { item { v: f(x: 3) } } } }',
    ),
    right('asks each type its own field side by side', '{ things { ... on A { v: x } ... on B { v: y } } }'),
    wrong(
      'takes arguments from variables',
      'query($x: Int, $y: Int) { things { ... on A { item { f(x: $x) } } ... on B { item { f(x: $y) } } } }',
      { x: 1, y: 2 },
      { others: [{ x: 2, y: 3 }, { x: 3 }] },
    ),
    ...[true, false].flatMap((c) => [
      wrong(
        `includes one of the fragments: ${c}`,
        'query($c: Boolean!) { things { ... on A { item { f(x: 1) } } ... on B @include(if: $c) { item { f(x: 2) } } } }',
        { c },
        { others: [{ c: !c }] },
      ),
      wrong(
        `skips one of the fields: ${c}`,
        'query($c: Boolean!) { things { ... on A { item { v: g id } } ... on B { item { v: h @skip(if: $c) id } } } }',
        { c },
        { others: [{ c: !c }] },
      ),
      wrong(
        `includes one object of several: ${c}`,
        'query($c: Boolean!) { things { ... on A { item @include(if: $c) { f(x: 1) } item { g } } ... on B { item { f(x: 2) } } } }',
        { c },
        { others: [{ c: !c }] },
      ),
    ]),
    wrong(
      'finds the difference further down',
      '{ things { ... on A { item { sub { maker { f(x: 1) } } } } ... on B { item { sub { maker { f(x: 2) } } } } } }',
    ),
    wrong(
      'finds the difference below objects that are no entities',
      '{ things { ... on A { box { lid { item { f(x: 1) } } item { g } } } ... on B { box { lid { item { f(x: 2) } } } } } }',
    ),
    wrong(
      'finds the difference behind named fragments',
      '{ things { ...OfA ... on B { ...OfB } } nodes { ...OfA } } fragment OfA on A { item { ...F } } fragment F on Item { f(x: 1) } fragment OfB on B { item { ... on Item { f(x: 2) } } }',
    ),
    wrong(
      'keeps what is asked of all types',
      '{ nodes { item { id g } ... on A { item { f(x: 1) } } ... on B { item { f(x: 2) h } } item { h } } }',
    ),
    wrong(
      'keeps the order of keys',
      '{ nodes { ... on B { item { f(x: 2) g } } item { id g } ... on A { id item { h f(x: 1) } } } }',
    ),
    wrong('goes through lists', '{ things { ... on A { list(first: 1) { f(x: 1) } } ... on B { list(first: 2) { f(x: 2) } } } }'),
    wrong('goes through lists of lists', '{ grid { ... on A { item { f(x: 1) } } ... on B { item { f(x: 2) } } } }'),
    wrong(
      'tells other fields of one type from those of another under one alias',
      '{ things { ... on A { v: other { f(x: 1) } } ... on B { v: item { f(x: 2) } } } }',
    ),
    right(
      'tells objects of different types',
      '{ things { ... on A { two { f(x: 1) g } } ... on B { two { f(x: 2) v: name } } } }',
    ),
    wrong('keeps non-null values', '{ things { ... on A { must { v: n(x: 1) } } ... on B { must { v: n(x: 2) } } } }'),
    wrong(
      'goes through the types twice',
      '{ things { ... on A { peer { ... on A { item { f(x: 1) } } ... on B { item { f(x: 2) } } } } ... on B { peer { ... on A { item { f(x: 3) } } ... on B { item { f(x: 4) } } } } } }',
    ),
    wrong(
      'joins further from there',
      '{ things { ... on A { item { late(x: 1) sub { late(x: 1) } } } ... on B { item { late(x: 2) sub { late(x: 2) } } } } }',
    ),
    right(
      'asks types of another subgraph with the arguments of each',
      '{ things { ... on A { extra(x: 1) } ... on B { extra(x: 2) } } nodes { ... on A { v: extra(x: 1) } ... on B { v: extra(x: 2) } } }',
    ),
    wrong('tells entities of other subgraphs apart', '{ nodes { ... on A { deep { f(x: 1) } } ... on B { deep { f(x: 2) } } } }'),
    wrong(
      'names the type in one of them',
      '{ one { ... on A { item { __typename f(x: 1) } } ... on B { item { f(x: 2) t: __typename } } } }',
    ),
    right(
      'takes a type name for another field',
      '{ things { ... on A { item { v: __typename } } ... on B { item { v: id } } } }',
    ),
    wrong(
      'asks no object for what others promise',
      '{ things { ... on A { item { v: f(x: 1) } } ... on B { other: must { id } item { v: g } must { onlyOdd } } } }',
    ),
  ],
}

function side(type: 'A' | 'B', id: string, rest: object) {
  return {
    __typename: type,
    id,
    list: ({ args }: Asked) => [link('i1'), link('i2')].slice(0, Number(args.first ?? 2)),
    must: link('i1'),
    box: { __typename: 'Box', item: link('i2'), lid: { __typename: 'Lid', item: link('i1') } },
    x: `x of ${id}`,
    y: `y of ${id}`,
    extra: ({ args }: Asked) => `extra ${String(args.x)} of ${id}`,
    deep: link('i2'),
    ...rest,
  }
}

function item(n: number) {
  return {
    __typename: 'Item',
    id: `i${n}`,
    f: ({ args }: Asked) => `f${String(args.x)} of i${n}`,
    n: ({ args }: Asked) => Number(args.x) * 10 + n,
    g: `g${n}`,
    h: n === 1 ? 'h1' : null,
    sub: n === 1 ? link('i2') : null,
    maker: link(`m${n}`),
    onlyOdd: n % 2 === 1 ? 'odd' : null,
    late: ({ args }: Asked) => `late ${String(args.x)} of i${n}`,
  }
}

function maker(n: number) {
  return { __typename: 'Maker', id: `m${n}`, f: ({ args }: Asked) => `f${String(args.x)} of m${n}`, g: null, name: `maker ${n}` }
}

/** The same where a subgraph knows the types only as their interface. */
export const EXCLUSIVE_INTERFACE: HandGraph = {
  about: 'exclusive types that a subgraph knows as one',
  subgraphs: {
    a: `
      type Query { nodes: [N!]!  one: N  pairs: [Pair!]! }
      interface N @key(fields: "id") { id: ID!  peer: N }
      type A implements N @key(fields: "id") { id: ID!  peer: N  x: String }
      type B implements N @key(fields: "id") { id: ID!  peer: N  y: String }
      union Pair = Left | Right
      type Left { node: N }
      type Right { node: N }`,
    b: `
      type Query { seen: [N!]! }
      type N @interfaceObject @key(fields: "id") { id: ID!  note(n: Int): String  other: String  item(n: Int): Item }
      type Item @key(fields: "id") { id: ID! }`,
    c: 'type Item @key(fields: "id") { id: ID!  f(x: Int): String  g: String }',
  },
  rows: {
    a1: noted('A', 'a1', link('b1')),
    b1: noted('B', 'b1', link('a1')),
    i1: item(1),
    i2: item(2),
    Query: {
      __typename: 'Query',
      nodes: [link('a1'), link('b1')],
      one: link('b1'),
      seen: [link('b1'), link('a1')],
      pairs: [
        { __typename: 'Left', node: link('a1') },
        { __typename: 'Right', node: link('b1') },
        { __typename: 'Right', node: link('a1') },
      ],
    },
  },
  cases: [
    wrong(
      'asks the interface object with the arguments of each type',
      '{ nodes { ... on A { note(n: 1) } ... on B { note(n: 2) } } }',
    ),
    wrong(
      'asks the interface object for the field of each type',
      '{ nodes { ... on A { v: note(n: 1) } ... on B { v: other } } one { v: other } }',
    ),
    wrong(
      'asks what it gives with the arguments of each type',
      '{ nodes { ... on A { item(n: 1) { f(x: 1) } } ... on B { item(n: 2) { f(x: 2) g } } } }',
    ),
    wrong(
      'asks it in objects of exclusive types',
      '{ pairs { ... on Left { node { note(n: 1) } } ... on Right { node { note(n: 2) ... on A { x } } } } }',
    ),
    wrong('learns the types for it', '{ seen { ... on A { note(n: 1) x } ... on B { note(n: 2) y } } }'),
    wrong(
      'asks it there and behind it',
      '{ nodes { note(n: 0) ... on A { v: note(n: 1) peer { v: note(n: 3) } } ... on B { v: other peer { v: other } } } }',
    ),
  ],
}

function noted(type: 'A' | 'B', id: string, peer: unknown) {
  return {
    __typename: type,
    id,
    peer,
    x: `x of ${id}`,
    y: `y of ${id}`,
    note: ({ args }: Asked) => `note ${String(args.n)} of ${id}`,
    other: `other of ${id}`,
    item: ({ args }: Asked) => link(`i${String(args.n)}`),
  }
}
