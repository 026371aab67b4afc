import { buildSchema, Kind, parse, print, type SelectionSetNode } from 'graphql'
import { expect, it } from 'vitest'
import { withNamesApart } from './names-apart.ts'
import { operationOf } from './plannable-document.ts'

const schema = buildSchema(`
  type Query { things: [Thing!]!  nodes: [Node!]! }
  union Thing = A | B | C
  interface Node { id: ID!  item: Item  peer: Node }
  type A implements Node { id: ID!  item: Item  peer: Node  x: String }
  type B implements Node { id: ID!  item: Item  peer: Node  y: String }
  type C implements Node { id: ID!  item: Item  peer: Node }
  type Item { f(x: Int): String  g: String  sub: Item  need: String }`)

function selectionsOf(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a selection set makes an operation')
  return definition.selectionSet
}

const apart = (query: string) => {
  const document = parse(query)
  let given = 0
  const made = withNamesApart(document, operationOf(document, undefined), schema, {
    requirements: new Map([
      ['Item.need', [selectionsOf('g')]],
      ['B.y', [selectionsOf('item { g }')]],
    ]),
    give: (name) => `${name}_${++given}`,
  })
  return made === document ? 'as it was' : print(made).replaceAll(/\s+/g, ' ').trim()
}

it.each([
  '{ things { ... on A { item { f(x: 1) } } ... on B { item { f(x: 1) g } } } }',
  '{ things { ... on A { x } ... on B { y } } nodes { id ... on A { item { sub { g } } } item { sub { f } } } }',
  'query($c: Boolean!) { nodes { item { f(x: 1) @include(if: $c) } item { f(x: 1) } } }',
  '{ things { ... on A { item { f(x: 1) } } } nodes { ... on A { item { f(x: 2) } } } }',
  '{ things { ... on A { item { f(x: 1) } } ... on B @skip(if: true) { item { f(x: 2) } } } }',
])('leaves %s as it is', (query) => {
  expect(apart(query)).toBe('as it was')
})

it('names fields of one object apart', () => {
  expect(apart('{ things { ... on A { v: x } ... on B { v: y } } }')).toBe('{ things { ... on A { v: x } ... on B { v_1: y } } }')
})

it('names the objects apart of which different things are asked', () => {
  expect(apart('{ things { ... on A { item { f(x: 1) } } ... on B { item { f(x: 2) } } } }')).toBe(
    '{ things { ... on A { item { f(x: 1) } } ... on B { item_1: item { f(x: 2) } } } }',
  )
})

it('names objects apart that come under different conditions', () => {
  expect(apart('query($c: Boolean!) { things { ... on A { item { g } } ... on B @include(if: $c) { item { g } } } }')).toBe(
    'query ($c: Boolean!) { things { ... on A { item { g } } ... on B @include(if: $c) { item_1: item { g } } } }',
  )
})

it('names objects apart of which some are asked what requires something', () => {
  expect(apart('{ nodes { ... on A { item { need } } ... on B { item { g } } } }')).toBe(
    '{ nodes { ... on A { item { need } } ... on B { item_1: item { g } } } }',
  )
})

it('leaves its name to an object that is only required', () => {
  expect(apart('{ things { ... on A { item { need } } ... on B { y } } }')).toBe(
    '{ things { ... on A { item_1: item { need } } ... on B { y } } }',
  )
  expect(apart('{ things { ... on A { item { need } } ... on B { y item { sub { g } } } } }')).toBe(
    '{ things { ... on A { item_1: item { need } } ... on B { y item { sub { g } } } } }',
  )
})

it('writes what all types are asked for into each that has a name of its own', () => {
  expect(apart('{ nodes { item { g } ...OfA ... on B { item { f(x: 2) } } } } fragment OfA on A { item { f(x: 1) } }')).toBe(
    '{ nodes { ... on A { item { g } } ... on B { item_1: item { g } } ... on C { item_2: item { g } } ... on A { item { f(x: 1) } } ... on B { item_1: item { f(x: 2) } } } }',
  )
})

it('refuses what would become too large instead of writing it', () => {
  const nested = (depth: number): string =>
    depth === 0
      ? 'id ... on A { v: item { f(x: 1) } } ... on B { v: item { f(x: 2) } }'
      : `id peer { ${nested(depth - 1)} } ... on A { peer { w${depth}: id } } ... on B { peer { w${depth}: __typename } }`
  expect(apart(`{ nodes { ${nested(2)} } }`)).toContain('peer_1')
  const beganAt = performance.now()
  expect(() => apart(`{ nodes { ${nested(17)} } }`)).toThrow('cannot be planned')
  expect(performance.now() - beganAt).toBeLessThan(1_000)
})
