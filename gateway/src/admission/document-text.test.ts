import { type DocumentNode, getIntrospectionQuery, parse, visit } from 'graphql'
import { expect, it } from 'vitest'
import { textOfDefinition, textOfDocument } from './document-text.ts'

const DOCUMENTS = [
  '{ a }',
  'query A { a } query B($a: [Int!]! = [1, 2] @x, $b: In = { c: { d: [] } }) @y(z: 1) { a(b: $b, c: null, d: true, e: E, f: 1.5e3) }',
  'mutation M { a { ... { b } ... on B @include(if: true) { c } ...F @skip(if: $x) x: y @a @b(c: "d") } } fragment F on B @z { c }',
  'subscription { a(b: "", c: "a\\"\\\\\\n\\u00e9\\u{1F600}é😀\\t\\u0001", d: """ block "quoted" \\""" \n  set in\n""", e: """""") }',
  getIntrospectionQuery({ descriptions: true }),
]
const parsed = (text: string) => parse(text, { noLocation: true })
/** A string's value is the same however it is written. */
const plain = (document: DocumentNode): DocumentNode => visit(document, { StringValue: (node) => ({ ...node, block: false }) })

it.each(DOCUMENTS)('writes what reads as the same document: %s', (text) => {
  expect(parsed(textOfDocument(parsed(text)))).toEqual(plain(parsed(text)))
})

it('does not set in what is nested, so that a text in many lines stays as long as it is', () => {
  const block = `"""${'x\n'.repeat(1_000)}"""`
  const document = parsed(`${'{a'.repeat(30)}(b:${block})${'}'.repeat(30)}`)
  expect(textOfDocument(document).length).toBeLessThan(2 * block.length)
})

it('writes nothing but requests', () => {
  expect(() => textOfDocument(parsed('type A { b: Int }'))).toThrow()
  const [operation] = parsed('query Q { a }').definitions
  expect(operation?.kind === 'OperationDefinition' && textOfDefinition(operation)).toBe('query Q{a}')
})
