import fc from 'fast-check'
import { buildSchema, type DocumentNode, OverlappingFieldsCanBeMergedRule, parse, type ValidationRule, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { OverlappingFieldsRule } from './overlapping-fields.ts'

const schema = buildSchema(`
  interface Node { id: ID  node: Node  other: Node  name(a: Int, b: In): String  many: [Node]  u: U }
  type A implements Node { id: ID  node: Node  other: A  name(a: Int, b: In): String  many: [Node]  u: U  own: Int  x: Int! }
  type B implements Node { id: ID  node: B  other: Node  name(a: Int, b: In): String  many: [Node]  u: U  own: Int  x: Int }
  type C implements Node { id: ID  node: Node  other: Node  name(a: Int, b: In): String  many: [Node]  u: U  own: String  x: [Int] }
  union U = A | B | C
  input In { p: Int  q: [In]  s: String }
  type Query { node: Node  a: A  b: B  u: U }
`)

const messagesOf = (document: DocumentNode, rule: ValidationRule) =>
  validate(schema, document, [rule], { maxErrors: 1_000 }).map(({ message, nodes }) => [
    message,
    nodes?.map(({ loc }) => loc?.start),
  ])
const verdicts = (text: string) => {
  const document = parse(text)
  return { ours: messagesOf(document, OverlappingFieldsRule), stock: messagesOf(document, OverlappingFieldsCanBeMergedRule) }
}

const FRAGMENTS = ['F', 'G', 'H']

/** Few names for many fields, so that most documents have fields that meet. */
const { selections } = fc.letrec<{ selections: string; selection: string }>((tie) => ({
  selections: fc
    .array(tie('selection'), { minLength: 1, maxLength: 3, depthIdentifier: 'd' })
    .map((all) => `{ ${all.join(' ')} }`),
  selection: fc.oneof(
    { depthIdentifier: 'd', maxDepth: 4 },
    fc
      .tuple(
        fc.constantFrom('', '', '', 'id: ', 'y: ', 'z: '),
        fc.constantFrom('id', 'name', 'name(a: 1)', 'name(a: 2)', 'own', 'x', '__typename', '__typename', 'nothing'),
      )
      .map((parts) => parts.join('')),
    fc
      .tuple(
        fc.constantFrom('', '', '', 'node: ', 'a: '),
        fc.constantFrom('node', 'other', 'many', 'u', 'a', 'b', 'nothing'),
        tie('selections'),
      )
      .map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('...', '... on Node', '... on A', '... on B', '... on C', '... on U'), tie('selections'))
      .map((parts) => parts.join(' ')),
    fc.constantFrom(...FRAGMENTS).map((name) => `...${name}`),
  ),
}))
const fragment = (name: string) =>
  fc
    .tuple(fc.constantFrom('Node', 'A', 'B', 'Query', 'U'), selections)
    .map(([type, inner]) => `fragment ${name} on ${type} ${inner}`)
const documents = fc.tuple(selections, ...FRAGMENTS.map(fragment)).map((parts) => parts.join(' '))

describe('the verdict on fields of one name', () => {
  it("is graphql-js' for every document, circles of fragments and unknown names included", () => {
    let conflicts = 0
    fc.assert(
      fc.property(documents, (text) => {
        const { ours, stock } = verdicts(text)
        conflicts += stock.length > 0 ? 1 : 0
        expect(ours.length > 0).toBe(stock.length > 0)
      }),
      { numRuns: 5_000 },
    )
    // Else the documents would be of no use.
    expect(conflicts).toBeGreaterThan(500)
    expect(conflicts).toBeLessThan(4_500)
  })
})

it.each([
  ['different fields', '{ node { id id: name } }'],
  ['arguments', '{ node { name(a: 1) name(a: 2) } }'],
  ['an argument that one lacks', '{ node { name name(a: 2) } }'],
  ['different types', '{ u { ... on A { x: own } ... on C { x: own } } }'],
  ['nullability', '{ u { ... on A { x } ... on B { x } } }'],
  ['lists', '{ u { ... on B { x } ... on C { x } } }'],
  ['fields below', '{ node { node { id } node { id: name } } }'],
  ['fields far below', '{ a { node { other { x: id } } } a { node { other { x: name } } } }'],
  ['a fragment and a field', '{ node { name(a: 1) ...F } } fragment F on Node { name(a: 2) }'],
  ['two fragments', '{ node { ...F ...G } } fragment F on Node { name(a: 1) } fragment G on Node { name(a: 2) }'],
  ['types below exclusive types', '{ u { ... on A { node { x: id } } ... on B { node { x: name } } } }'],
  ['block and plain strings', '{ node { name(b: { s: "a" }) name(b: { s: """a""" }) } }'],
])('tells of a conflict of %s what graphql-js tells', (_, text) => {
  const { ours, stock } = verdicts(text)
  expect(ours).toHaveLength(1)
  expect(ours).toEqual(stock)
})

it.each([
  ['the same twice', '{ node { id id name(a: 1) name(a: 1) } }'],
  ['arguments in another order', '{ node { name(a: 1, b: { p: 1, q: [] }) name(b: { q: [], p: 1 }, a: 1) } }'],
  ['exclusive types', '{ u { ... on A { name(a: 1) } ... on B { name(a: 2) } } }'],
  ['a fragment twice', '{ node { ...F ...F node { ...F } } } fragment F on Node { id node { id } }'],
])('has nothing against %s', (_, text) => {
  expect(verdicts(text)).toEqual({ ours: [], stock: [] })
})

it.each([
  ['fields', `{ node { ${'name(a: 1) '.repeat(10_000)} } }`],
  ['fields with others below', `{ node { ${'node { id } '.repeat(5_000)} } }`],
  [
    'fragments',
    `{ node { ${Array.from({ length: 5_000 }, (_, i) => `...F${i}`).join(' ')} } } ${Array.from({ length: 5_000 }, (_, i) => `fragment F${i} on Node { id }`).join(' ')}`,
  ],
  [
    'fragments in a chain that nobody uses',
    `{ a { id } } ${Array.from({ length: 2_000 }, (_, i) => `fragment F${i} on Node { ...F${i + 1} }`)
      .reverse()
      .join(' ')} fragment F2000 on Node { id }`,
  ],
])('takes steps in proportion to the %s', (_, text) => {
  // One more step for each pair would be over the steps that a document has.
  expect(messagesOf(parse(text), OverlappingFieldsRule)).toEqual([])
})

it('gives up where exclusive types multiply what is to be looked at', () => {
  const level = (inner: string) => `{ id node { ... on A ${inner} ... on C ${inner} ...F } }`
  let inner = '{ id }'
  for (let depth = 0; depth < 9; depth++) inner = level(inner)
  const text = `{ node ${inner} } fragment F on Node ${inner}`
  expect(messagesOf(parse(text), OverlappingFieldsRule)).toEqual([[expect.stringContaining('too many ways'), undefined]])
})
