import { buildSchema, executeSync, getOperationAST, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { findRefusedNulls } from './null-variables.ts'

const schema = buildSchema(`
  type Query { list(first: Int! = 20, filter: Filter! = {}, any: Int): [Int!] self: Query! }
  input Filter { kind: Kind! = A, kinds: [Kind!]! = [A], inner: Inner, any: [Int] }
  input Inner { limit: Int! = 1 }
  enum Kind { A B }
`)
const root = { list: () => [1], self: () => root }

/** What both say of a query: whether a null is refused. */
function verdicts(text: string, variables: Record<string, unknown>) {
  const document = parse(text)
  const operation = getOperationAST(document)
  if (!operation || validate(schema, document).length > 0) throw new Error(`not valid: ${text}`)
  const { errors = [] } = executeSync({ schema, document, rootValue: root, variableValues: variables })
  return { ours: findRefusedNulls(schema, document, operation, variables), theirs: errors }
}

describe('a variable that is null', () => {
  it.each([
    ['an argument with a default', 'query ($v: Int) { list(first: $v) }'],
    ['an argument, and has a default itself', 'query ($v: Int = 5) { list(first: $v) }'],
    ['an input object', 'query ($v: Filter) { list(filter: $v) }'],
    ['a field of an input object', 'query ($v: Kind) { list(filter: { kind: $v }) }'],
    ['a list in an input object', 'query ($v: [Kind!]) { list(filter: { kinds: $v }) }'],
    ['a field of an input object in another', 'query ($v: Int) { list(filter: { inner: { limit: $v } }) }'],
    ['an argument below the root', 'query ($v: Int) { self { self { list(first: $v) } } }'],
    [
      'an argument in a fragment',
      'query ($v: Int) { ...F } fragment F on Query { self { ...G } } fragment G on Query { list(first: $v) }',
    ],
    ['a condition', 'query ($v: Boolean = true) { self { list @include(if: $v) } }'],
    ['an argument of what is included', 'query ($v: Int) { list(first: $v) @include(if: true) }'],
    [
      'an argument of what one of two places leaves out',
      'query ($v: Int) { a: list(first: $v) @skip(if: true) b: list(first: $v) }',
    ],
  ])('is refused as %s, as graphql-js refuses it', (_, query) => {
    const { ours, theirs } = verdicts(query, { v: null })
    expect([ours.length, theirs.length]).toEqual([1, 1])
    expect(ours[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, locations: [{ line: 1 }] })
  })

  it('by its own default is refused', () => {
    const { ours, theirs } = verdicts('query ($v: Int = null) { list(first: $v) }', {})
    expect([ours.length, theirs.length]).toEqual([1, 1])
  })

  it.each([
    ['stands where null may be', 'query ($v: Int) { list(any: $v, filter: { any: [$v] }) }', { v: null }],
    ['is left out', 'query ($v: Int) { list(first: $v) }', {}],
    ['is there', 'query ($v: Int) { list(first: $v) }', { v: 1 }],
    ['stands in what is skipped', 'query ($v: Int) { self { list(first: $v) @skip(if: true) } }', { v: null }],
    [
      'stands in what is skipped by a variable',
      'query ($v: Int, $no: Boolean!) { self @include(if: $no) { list(first: $v) } }',
      { v: null, no: false },
    ],
    [
      'stands in a fragment that is left out',
      'query ($v: Int) { ...F @include(if: false) self { list } } fragment F on Query { list(first: $v) }',
      { v: null },
    ],
  ])('or not, and %s, is not refused', (_, query, variables) => {
    const { ours, theirs } = verdicts(query, variables)
    expect([ours, theirs]).toEqual([[], []])
  })
})
