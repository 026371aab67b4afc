import { parse } from 'graphql'
import { expect, it } from 'vitest'
import { isNestedDeeper, nestsDeeper } from './nesting.ts'

it.each([
  ['selections', '{ a { b } }', 2],
  ['inline fragments', '{ ... { ... on A { a } } }', 3],
  ['lists', '{ a(b: [[1]]) }', 4],
  ['objects', '{ a(b: { c: { d: 1 } }) }', 4],
  ['types', 'query ($a: [[Int!]!]) { a }', 3],
  ['default values', 'query ($a: A = { b: [1] }) { a }', 3],
  ['arguments of directives', '{ a @skip(if: [true]) }', 3],
])('counts %s', (_, text, levels) => {
  expect([nestsDeeper(text, levels - 1), nestsDeeper(text, levels)]).toEqual([true, false])
})

it.each([
  ['a string', '{ a(b: "((((") }'],
  ['a string with escaped quotes', String.raw`{ a(b: "\"((((\\") }`],
  ['an empty string', '{ a(b: "", c: "((((") }'],
  ['a block string', '{ a(b: """(((( " (((( "" """) }'],
  ['a block string with an escaped end', String.raw`{ a(b: """(((( \""" (((( \\""" (((( """) }`],
  ['an empty block string', '{ a(b: """""", c: """((((""") }'],
  ['a comment', '{ a # (((( " \n b }'],
  ['a comment before a string', '{ a(b: "#", c: "((((") # "\r }'],
])('does not count brackets in %s', (_, text) => {
  expect(() => parse(text)).not.toThrow()
  expect(nestsDeeper(text, 2)).toBe(false)
})

it('counts what follows a string, a block string and a comment', () => {
  for (const before of ['"a"', '""', '"""a"""', '""""""', String.raw`"\\"`, String.raw`"""\""""""`, '1 # "\n']) {
    const text = `{ a(b: ${before} c: [[[1]]]) }`
    expect(() => parse(text)).not.toThrow()
    expect(nestsDeeper(text, 4)).toBe(true)
  }
})

it('says of a text whose string is not ended what a parser can still read', () => {
  expect(nestsDeeper(`{ a(b: "((((\n${'('.repeat(9)}`, 9)).toBe(true)
  expect(nestsDeeper(`{ a(b: """((((\n${'('.repeat(9)}`, 2)).toBe(false)
})

it('counts levels of a value, however deep', () => {
  expect([isNestedDeeper({ a: [1] }, 1), isNestedDeeper({ a: [1] }, 2)]).toEqual([true, false])
  expect(isNestedDeeper(null, 0)).toBe(false)
  const deep: unknown = JSON.parse(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`)
  expect(isNestedDeeper(deep, 64)).toBe(true)
})
