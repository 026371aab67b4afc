import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplyParser } from '../replies/reply-parser.ts'
import type { LeafKind } from './response-tree.ts'
import { expandSlots, keyText, type Member, type Opening, type Shape, type Slot, templateOn } from './verbatim.ts'

const SLOT = '$$slot'
const leaf = (of: LeafKind, isRequired = false): Shape => ({ isRequired, kind: 'leaf', leaf: of })

/** What a parser makes of the only object of a reply, which may have these slots; the same from text and from bytes. */
function readWith(text: string, query: string, slots: readonly Slot[]) {
  const createParser = () =>
    createReplyParser(`{ thing ${query} }`, (path) => ({ names: [], slots: path.join() === 'thing' ? slots : [] }))
  const whole = `{"data":{"thing":${text}}}`
  const reply = Buffer.from(whole)
  const read = createParser()(reply, whole)?.thing as Record<string, unknown> | undefined
  if (reply.length === whole.length) expect(createParser()(reply)?.thing).toEqual(read)
  return read
}
/** As `readWith`, where `members` may be kept as text. */
const read = (text: string, query: string, members: readonly Member[], opening: Opening = '{', next: string | null = null) =>
  readWith(text, query, [{ name: SLOT, members, opening, next, hole: null }])
const readLeaf = (value: string, shape: Shape) => read(`{"a":${value},"b":1}`, '{ a b }', [{ name: 'a', shape }])

const asWritten = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(null, true, false, 'A', 'B', ''),
)
const otherwiseWritten = fc.oneof(
  fc.constantFrom('-0', '0.0', '1.0', '1e3', '1E-7', '0.0000001', '12345678901234567890', '-0.50', '1.10', '[]', '[1]'),
  fc.tuple(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e9 })).map(([a, b]) => `${a}.${b}`),
)

it('keeps a value as it is written only if JSON.stringify would write it so, and it is of its type', () => {
  const shapes: Shape[] = [
    ...(['String', 'ID', 'Int', 'Float', 'Boolean', 'custom'] as const).flatMap((of) => [leaf(of), leaf(of, true)]),
    { isRequired: false, kind: 'enum', values: ['A', 'AB'] },
  ]
  const isOfType = (value: unknown, shape: Shape): boolean => {
    if (value === null) return !shape.isRequired
    if (shape.kind === 'enum') return shape.values.some((each) => each === value)
    const kind = shape.kind === 'leaf' ? shape.leaf : 'custom'
    if (kind === 'Int') return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31
    if (kind === 'Float') return typeof value === 'number'
    return typeof value === (kind === 'Boolean' ? 'boolean' : 'string')
  }
  fc.assert(
    fc.property(
      fc.oneof(
        asWritten.map((value) => JSON.stringify(value)),
        otherwiseWritten,
      ),
      fc.constantFrom(...shapes),
      (text, shape) => {
        const thing = readLeaf(text, shape)
        const value: unknown = JSON.parse(text)
        if (thing?.[SLOT] === undefined) {
          expect(thing?.a).toEqual(value)
          return
        }
        expect(isOfType(value, shape)).toBe(true)
        expect(thing[SLOT]).toBe(`{"a":${JSON.stringify(value)}`)
      },
    ),
    { numRuns: 3_000 },
  )
})

it.each([
  ['"x"', 'String'],
  ['"x"', 'ID'],
  ['0', 'Int'],
  ['-17', 'Int'],
  ['0.000001', 'Float'],
  ['-12.25', 'Float'],
  ['false', 'Boolean'],
  ['null', 'Boolean'],
] as const)('keeps %s of type %s', (text, of) => {
  expect(readLeaf(text, leaf(of))).toEqual({ [SLOT]: `{"a":${text}`, b: 1 })
})

it('keeps lists and objects within, and reads all values where one is unusual', () => {
  const inner: Shape = { isRequired: false, kind: 'object', members: [{ name: 'c', shape: leaf('Int', true) }] }
  const members: Member[] = [
    { name: 'a', shape: leaf('String') },
    { name: 'b', shape: { isRequired: true, kind: 'list', of: inner } },
  ]
  const read2 = (text: string) => read(text, '{ a b { c } d }', members)
  expect(read2('{"a":"x","b":[{"c":1},null],"d":2}')).toEqual({ [SLOT]: '{"a":"x","b":[{"c":1},null]', d: 2 })
  expect(read2('{"a":"x","b":[{"c":null}],"d":2}')).toEqual({ a: 'x', b: [{ c: null }], d: 2 })
  expect(read2('{"a":"x","b":null,"d":2}')).toEqual({ a: 'x', b: null, d: 2 })
})

it('keeps nothing where the reply has another order, or more', () => {
  const members: Member[] = [
    { name: 'a', shape: leaf('Int') },
    { name: 'b', shape: leaf('Int') },
  ]
  expect(read('{"b":1,"a":2}', '{ b a }', members)).toEqual({ b: 1, a: 2 })
  expect(read('{"a":1,"x":3,"b":2}', '{ a x b }', members)).toEqual({ a: 1, x: 3, b: 2 })
})

it('opens a piece as the answer needs it, and ends it before the value that follows', () => {
  const members: Member[] = [{ name: 'a', shape: leaf('Int') }]
  const query = '{ a b { c } }'
  expect(read('{"a":1,"b":{"c":2}}', query, members, ',', 'b')).toMatchObject({ [SLOT]: ',"a":1,"b":', b: { c: 2 } })
  expect(read('{"a":1,"b":null}', query, members, '{', 'other')).toMatchObject({ [SLOT]: '{"a":1,"other":', b: null })
})

it('gives the values back', () => {
  const thing = { $$a$b$$c: `,"a":1,"b":["x"]${keyText(',', 'c')}`, c: { $$d: '{"d":null' } }
  const data = { things: [thing, thing] }
  expandSlots(data)
  expect(JSON.parse(JSON.stringify(data.things[1]))).toEqual({ a: 1, b: ['x'], c: { d: null } })
})

describe('a template', () => {
  const hole: Shape = { isRequired: false, kind: 'hole' }
  const inner: Shape = {
    isRequired: false,
    kind: 'object',
    members: [
      { name: 'c', shape: leaf('Int', true) },
      { name: 'd', shape: hole },
    ],
  }
  const members: Member[] = [
    { name: 'a', shape: leaf('String') },
    { name: 'b', shape: { isRequired: true, kind: 'list', of: inner } },
  ]
  const slot: Slot = { name: SLOT, members, opening: ',', next: null, hole: ['b', 'd'] }
  const readTemplate = (text: string) => readWith(text, '{ a b { c d { e } } f }', [slot])
  const outer = (b: string) => `{"a":"x","b":${b},"f":2}`

  it('has the objects that are read, and all text between them', () => {
    expect(readTemplate(outer('[{"c":1,"d":{"e":1}},{"c":2,"d":null},null,{"c":3,"d":{"e":"é"}}]'))).toEqual({
      [SLOT]: [',"a":"x","b":[{"c":1,"d":', { e: 1 }, '},{"c":2,"d":null},null,{"c":3,"d":', { e: 'é' }, '}]'],
      f: 2,
    })
    expect(readTemplate(outer('[]'))).toEqual({ [SLOT]: [',"a":"x","b":[]'], f: 2 })
  })

  it('is none where a value in its text is unusual, or a hole holds no object', () => {
    for (const b of ['[{"c":1,"d":{"e":1}},{"c":"2","d":{"e":2}}]', '[{"c":1,"d":[{"e":1}]}]', 'null']) {
      expect(readTemplate(outer(b))).toEqual({ a: 'x', b: JSON.parse(b), f: 2 })
    }
  })

  it('gives its values back', () => {
    const entity = { e: 1, $$g: ',"g":"z"' }
    const data = { [SLOT]: ['{"a":"x","b":[{"c":1,"d":', entity, '},null,{"c":2,"d":', entity, '}]'] }
    expandSlots(data)
    const same = { e: 1, g: 'z' }
    expect(JSON.parse(JSON.stringify(data))).toEqual({ a: 'x', b: [{ c: 1, d: same }, null, { c: 2, d: same }] })
  })

  it('is on the way to what stands in its holes, and to nothing else', () => {
    expect(templateOn([slot], ['b', '@', 'd', '@', 'g'])).toEqual({ slot, steps: 4 })
    expect(templateOn([slot], ['b', '@', 'c'])).toBeNull()
    expect(templateOn([slot], ['f', 'd'])).toBeNull()
  })

  it('is not looked for without end in a reply that has none', () => {
    // Each level would be read twice by the one above it.
    const depth = 40
    const query = (level: number): string => (level === 0 ? '{ c }' : `{ b ${query(level - 1)} c }`)
    const text = (level: number): string => (level === 0 ? '{"c":1}' : `{"b":[${text(level - 1)}],"c":"1"}`)
    const deep: Member[] = [
      { name: 'b', shape: { isRequired: true, kind: 'list', of: hole } },
      { name: 'c', shape: leaf('Int') },
    ]
    const slots: Slot[] = [{ name: SLOT, members: deep, opening: '{', next: null, hole: ['b'] }]
    const parse = createReplyParser(`{ thing ${query(depth)} }`, () => ({ names: [], slots }))
    expect(parse(Buffer.from(`{"data":{"thing":${text(depth)}}}`))).toBeUndefined()
  })
})
