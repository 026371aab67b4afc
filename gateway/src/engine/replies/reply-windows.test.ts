import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LeafKind } from '../compiling/response-tree.ts'
import { expandSlots, type Member, type Shape, type Slot } from '../compiling/verbatim.ts'
import type { JsonObject } from '../plain-data.ts'
import { createReplyParser } from './reply-parser.ts'
import { WINDOWS, type Windows } from './reply-windows.ts'

const QUERY = `{
  people { __typename id tags friends { name age } books { title price author { __typename id name likes } } }
  pets { __typename ... on Cat { lives } ... on Dog { name } }
  matrix
}`
const leaf = (name: string, of: LeafKind): Member => ({ name, shape: { isRequired: false, kind: 'leaf', leaf: of } })
const list = (name: string, of: Shape): Member => ({ name, shape: { isRequired: false, kind: 'list', of } })
const object = (...members: Member[]): Shape => ({ isRequired: false, kind: 'object', members })
const hole: Shape = { isRequired: false, kind: 'hole' }
const piece = (name: string, ...members: Member[]): Slot => ({ name, members, opening: ',', next: null, hole: null })
const numbers = list('', leaf('', 'Float').shape).shape
/** Pieces of text beside a template, within its holes, and one that is most of a reply. */
const SLOTS: Readonly<Record<string, readonly Slot[]>> = {
  '': [piece('$$matrix', list('matrix', numbers))],
  people: [
    piece('$$tags', list('tags', leaf('', 'String').shape), list('friends', object(leaf('name', 'String'), leaf('age', 'Int')))),
    {
      ...piece(
        '$$books',
        list('books', object(leaf('title', 'String'), leaf('price', 'Float'), { name: 'author', shape: hole })),
      ),
      hole: ['books', 'author'],
    },
  ],
  'people,books,author': [piece('$$name', leaf('name', 'String'), list('likes', leaf('', 'Int').shape))],
}

/** What a parser makes of a reply, with the lengths of all texts that it makes of its bytes. */
function read(text: string, windows: Windows, slots = SLOTS) {
  const lengths: number[] = []
  const reply = Buffer.from(text)
  const parse = createReplyParser(QUERY, (path) => ({ names: [], slots: slots[path.join()] ?? [] }), windows)
  const data = parse(
    Object.assign(reply, {
      toString(encoding: BufferEncoding, from = 0, to = reply.length) {
        lengths.push(to - from)
        return Buffer.prototype.toString.call(reply, encoding, from, to)
      },
    }),
  )
  return { data: data && expanded(data), lengths }
}
function expanded(data: JsonObject): unknown {
  expandSlots(data)
  return JSON.parse(JSON.stringify(data))
}
const whole = { length: Number.MAX_SAFE_INTEGER, slack: 0 }
const replyOf = (data: unknown) => JSON.stringify({ data })

const text = fc.string({ maxLength: 20, unit: fc.constantFrom(...'aZ09 .,:-_{}[]e') })
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 8 })
const listOf = <T>(of: fc.Arbitrary<T>) => orNull(fc.array(orNull(of), { maxLength: 5 }))
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 12.25, 1e21))
const author = fc.record({ __typename: fc.constantFrom('User', 'Bot'), id: text, name: orNull(text), likes: listOf(number) })
const person = fc.record({
  __typename: fc.constant('Person'),
  id: text,
  tags: listOf(text),
  friends: listOf(fc.record({ name: orNull(text), age: orNull(fc.oneof(fc.integer(), text)) })),
  books: listOf(fc.record({ title: text, price: orNull(fc.oneof(number, text)), author: orNull(author) })),
})
const pet = fc.oneof(
  fc.record({ __typename: fc.constant('Cat'), lives: number }),
  fc.record({ name: orNull(text), __typename: fc.constant('Dog') }),
)
const anyData = fc.record({ people: listOf(person), pets: listOf(pet), matrix: listOf(fc.array(number, { maxLength: 5 })) })
const anyWindows = fc
  .record({ length: fc.integer({ min: 16, max: 200 }), part: fc.double({ min: 0, max: 0.9, noNaN: true }) })
  .map(({ length, part }) => ({ length, slack: Math.floor(length * part) }))

it('gives what JSON.parse gives, whatever the windows', () => {
  fc.assert(
    fc.property(anyData, anyWindows, (data, windows) => {
      const reply = replyOf(data)
      const expected: unknown = JSON.parse(reply).data
      expect(read(reply, windows).data).toEqual(expected)
      expect(read(reply, windows, {}).data).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

it('leaves to JSON.parse what it leaves as one text', () => {
  const anyFault = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 3 }),
    instead: fc.constantFrom('', '0', '"', ',', ']', '}', 'x'),
  })
  fc.assert(
    fc.property(anyData, anyWindows, anyFault, (data, windows, { at, length, instead }) => {
      const right = replyOf(data)
      const from = at % right.length
      const reply = right.slice(0, from) + instead + right.slice(from + length)
      expect(read(reply, windows).data).toEqual(read(reply, whole).data)
    }),
    { numRuns: 500 },
  )
})

const people = (count: number, book: object = {}) =>
  Array.from({ length: count }, (_, n) => ({
    __typename: 'Person',
    id: `person ${n}`,
    tags: ['first', null, 'last'],
    friends: [{ name: 'Ada', age: n }, null],
    books: [
      { title: 'Emma', price: n + 0.25, author: { __typename: 'User', id: `${n}`, name: 'Jane', likes: [n, -1 - n] } },
      { title: 'Lost', price: null, author: null, ...(n === count - 1 ? book : {}) },
    ],
  }))
const row = [1, 23, 456.75]
const dataOf = (list: unknown[], matrix = [row, []]) => ({ people: list, pets: [{ __typename: 'Cat', lives: 9 }], matrix })

it('reads the same wherever a window ends', () => {
  const data = dataOf(people(2))
  const reply = replyOf(data)
  for (let length = 8; length <= reply.length; length++) {
    for (const slack of [0, length >> 1]) expect(read(reply, { length, slack }).data).toEqual(data)
    expect(read(reply + ' '.repeat(2 * length), { length, slack: 0 }).data).toBeUndefined()
  }
})

it('makes no long text of a long reply', () => {
  const windows = { length: 1_000, slack: 200 }
  for (const data of [
    dataOf(people(1_000)),
    dataOf(
      [],
      Array.from({ length: 1_000 }, () => row),
    ),
  ]) {
    const found = read(replyOf(data), windows)
    expect(found.data).toEqual(data)
    expect(Math.max(...found.lengths)).toBeLessThanOrEqual(1.5 * windows.length)
  }
})

it('turns back where a template turns out to be none after many windows', () => {
  const windows = { length: 1_000, slack: 200 }
  const books = Array.from({ length: 200 }, (_, n) => ({ title: `Book ${n}`, price: n === 199 ? 'x' : n, author: null }))
  const data = dataOf(people(3).map((each) => ({ ...each, books })))
  const found = read(replyOf(data), windows)
  expect(found.data).toEqual(data)
  expect(Math.max(...found.lengths)).toBeLessThanOrEqual(1.5 * windows.length)
})

it('reads as one text what has a value that is longer than a window', () => {
  const data = dataOf(people(100, { title: 'x'.repeat(3_000) }))
  const reply = replyOf(data)
  const found = read(reply, { length: 1_000, slack: 200 })
  expect(found.data).toEqual(data)
  expect(found.lengths.at(-1)).toBe(reply.length)
})

it('reads as one text what is little longer than a window', () => {
  const reply = replyOf({ people: [], pets: [], matrix: Array.from({ length: 0.6 * WINDOWS.length }, () => 1) })
  expect(reply.length).toBeGreaterThan(WINDOWS.length)
  expect(read(reply, WINDOWS).lengths).toEqual([reply.length])
})
