import { expect, it } from 'vitest'
import { admitted, costGraph } from '../../../test/testing/cost-graph.ts'
import { compileCost, type FieldCost } from './program.ts'
import { valueOf } from './terms.ts'

/** What a query is estimated at: its cost, and the objects and items of its answer. */
function estimate(query: string, variables: Record<string, unknown> = {}) {
  const { document, definition, coercedVariables } = admitted({ query, variables })
  const { cost, nodes } = compileCost(document, definition, costGraph)
  return [valueOf(cost, coercedVariables), valueOf(nodes, coercedVariables)]
}

it.each<readonly [string, string, readonly number[]]>([
  ['one for each object and nothing for scalars', '{ me { id name } }', [1, 1]],
  ['nothing for __typename', '{ __typename me { __typename } }', [1, 1]],
  ['what a field says that it costs', '{ dear me { report { total } } }', [4 + 1 + 5, 2]],
  ['an object that costs nothing as nothing, but as a node', '{ me { secrets { text } } }', [1, 3]],
  [
    'a page as its edges and what is in each',
    '{ people(first: 3) { edges { node { name } } pageInfo { hasNextPage } } }',
    [8, 8],
  ],
  ['a page that says no size by its default', '{ people { edges { cursor } } }', [21, 21]],
  ['pages in pages', '{ people(first: 2) { edges { node { friends(first: 3) { edges { node { id } } } } } } }', [19, 19]],
  ['a list of a known size', '{ any { __typename } }', [3, 3]],
  ['a list of which nothing is said as five', '{ tags }', [0, 5]],
  ['lists in lists as five times five', '{ grid { id } }', [25, 25]],
  ['the greater of two sizes', '{ page(first: 2, last: 4) { id } }', [4, 4]],
  ['a size of null as the size that is assumed', '{ page(first: null) { id } }', [7, 7]],
  ['no page of less than nothing', '{ people(first: -5) { edges { cursor } } }', [1, 1]],
  ['each name of a field', '{ a: me { id } b: me { id } }', [2, 2]],
  [
    'a field that is asked for twice once',
    '{ me { friend { id } } me { friend { name } ...F } } fragment F on Person { friend { id } }',
    [2, 2],
  ],
  ['a fragment where it is spread', '{ me { ...F friend { ...F } } } fragment F on Person { secrets { text } }', [2, 6]],
  [
    'of types that exclude each other the dearest',
    '{ one { id ... on Person { friend { id } } ... on Robot { parts { name } } } }',
    [5, 5],
  ],
  [
    'a common field beside what one type has',
    '{ one { ... on Node { id } ... on Robot { maker { id } } ... on Person { report { total } } } }',
    [6, 2],
  ],
  ['nothing for a type that cannot be there', '{ me { ... on Node { ... on Robot { parts { name } } } } }', [1, 1]],
  ['members of a union', '{ any { ... on Person { friend { id } } ... on Robot { parts { name } maker { id } } } }', [18, 18]],
  ['nothing for what is never included', '{ me @skip(if: true) { id } dear @include(if: false) }', [0, 0]],
  ['each field of a mutation as ten more', 'mutation { touch b: touch }', [20, 0]],
  ['each input object', 'mutation { rename(input: { name: "x", more: [{ name: "y" }, { name: "z" }] }) { id } }', [14, 1]],
  ['what input objects and their fields say', '{ search(filter: { text: "x" }, filters: [{ text: null }, {}]) { id } }', [6, 1]],
  ['what an argument says', '{ report(days: 3) { total } }', [7, 1]],
  ['an event of a subscription', 'subscription { changed { friend { id } } }', [2, 2]],
  ['no introspection', '{ __schema { types { name } } }', [0, 0]],
])('counts %s', (_, query, expected) => {
  expect(estimate(query)).toEqual(expected)
})

it.each<readonly [string, string, Record<string, unknown>, readonly number[]]>([
  ['a page by its variable', 'query($n: Int!) { people(first: $n) { edges { cursor } } }', { n: 4 }, [5, 5]],
  ["a variable's default", 'query($n: Int! = 6) { people(first: $n) { edges { cursor } } }', {}, [7, 7]],
  ["a field's default where a variable is not sent", 'query($n: Int = 3) { people(first: $n) { edges { cursor } } }', {}, [4, 4]],
  ['what is assumed where a variable is null', 'query($n: Int) { page(first: $n) { id } }', { n: null }, [7, 7]],
  ['what is assumed where a variable is not sent', 'query($n: Int) { page(first: $n) { id } }', {}, [7, 7]],
  [
    'pages of two variables',
    'query($a: Int!, $b: Int!) { people(first: $a) { edges { node { friends(first: $b) { edges { cursor } } } } } }',
    { a: 2, b: 5 },
    [1 + 2 * (2 + 1 + 5), 17],
  ],
  ['what is included', 'query($c: Boolean!) { me @include(if: $c) { id } dear @skip(if: $c) }', { c: true }, [1, 1]],
  ['what is not skipped', 'query($c: Boolean!) { me @include(if: $c) { id } dear @skip(if: $c) }', { c: false }, [4, 0]],
  [
    'a fragment that is left out',
    'query($c: Boolean!) { me { ... @include(if: $c) { friend { id } } friend { name } } }',
    { c: false },
    [2, 2],
  ],
  [
    'what only a fragment that is left out selects',
    'query($c: Boolean!) { me { friend { id } ... @include(if: $c) { friend { friend { id } } } } }',
    { c: false },
    [2, 2],
  ],
  [
    'what a fragment that is included selects',
    'query($c: Boolean!) { me { friend { id } ... @include(if: $c) { friend { friend { id } } } } }',
    { c: true },
    [3, 3],
  ],
  [
    'an input by its value',
    'mutation($i: Renaming!) { rename(input: $i) { id } }',
    { i: { name: 'x', more: [{ name: 'y' }] } },
    [13, 1],
  ],
  [
    'a part of an input by its value',
    'mutation($m: [Renaming!]) { rename(input: { name: "x", more: $m }) { id } }',
    { m: [{ name: 'y' }, { name: 'z' }] },
    [14, 1],
  ],
  [
    'one input where a list may be',
    'mutation($m: [Renaming!]) { rename(input: { name: "x", more: $m }) { id } }',
    { m: { name: 'y' } },
    [13, 1],
  ],
  ['no input as nothing', 'query($f: Filter) { search(filter: $f) { id } }', { f: null }, [1, 1]],
])('counts %s', (_, query, variables, expected) => {
  expect(estimate(query, variables)).toEqual(expected)
})

it('is a number already where no variable has a say', () => {
  const { document, definition } = admitted({ query: '{ people(first: 5) { edges { node { friends { edges { cursor } } } } } }' })
  expect(compileCost(document, definition, costGraph).cost).toBe(1 + 5 * (2 + 21))
})

it('does not take longer the more fragments exclude each other at every level', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'id' : `id ... on Person { friend { ${chain(depth - 1)} } } friend { ${nested(depth - 1)} }`
  const chain = (depth: number): string => (depth === 0 ? 'id' : `friend { ${chain(depth - 1)} }`)
  const { document, definition } = admitted({ query: `{ me { ${nested(17)} } }` })
  const beganAt = performance.now()
  expect(compileCost(document, definition, costGraph).cost).toBe(18)
  expect(performance.now() - beganAt).toBeLessThan(1_000)
})

it('tells what each field has to do with it', () => {
  const query =
    'query($n: Int!) { people(first: $n) { edges { node { friends(first: 10) { edges { node { report { total } } } } } } } }'
  const { document, definition, coercedVariables } = admitted({ query, variables: { n: 4 } })
  const fields: FieldCost[] = []
  const { cost } = compileCost(document, definition, { ...costGraph, onField: (field) => fields.push(field) })
  const told = fields.map((field) => [field.path, field.coordinate, valueOf(field.cost, coercedVariables)])
  expect(told).toContainEqual(['people.edges.node.friends.edges.node.report', 'Person.report', 200])
  expect(told).toContainEqual(['people.edges', 'People.edges', 4])
  expect(fields.reduce((total, field) => total + valueOf(field.cost, coercedVariables), 0)).toBe(valueOf(cost, coercedVariables))
})
