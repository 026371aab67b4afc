import { expect, it } from 'vitest'
import { createReplyParser, type ParseReply } from './reply-parser.ts'

const none = () => ({ names: [], slots: [] })
const PEOPLE = '{ people { name age isIn tags friend { name } } }'
const people = (...list: unknown[]) => JSON.stringify({ data: { people: list } })
const ada = { name: 'Ada', age: 36, isIn: true, tags: ['a', null], friend: { name: 'Bob' } }

/** What a parser made of a text, or that it left it to JSON.parse. */
const parsed = (query: string, text: string) => parseText(createReplyParser(query, none), text) ?? 'left'

function parseText(parse: ParseReply, text: string) {
  const reply = Buffer.from(text)
  return parse(reply, reply.length === text.length ? undefined : text)
}

it.each<[string, string, unknown]>([
  ['values of every kind', PEOPLE, [ada, { name: '', age: -0.5e3, isIn: false, tags: [], friend: null }]],
  ['nothing at all', PEOPLE, []],
  ['nulls where objects, lists and leaves are', PEOPLE, [null, { name: null, age: null, isIn: null, tags: null, friend: null }]],
  ['lists of lists', '{ people { name } }', [[{ name: 'a' }], [], null]],
  [
    'numbers of every size',
    '{ people { n } }',
    [0, 7, 12, 123456789012345, 9007199254740991, 2 ** 70, 1.5, -1, 1e21].map((n) => ({ n })),
  ],
  ['text beyond ASCII', '{ people { name } }', [{ name: 'Zoë 😀 日本' }]],
])('reads %s as JSON.parse does', (_, query, list) => {
  const text = JSON.stringify({ data: { people: list } })
  expect(parsed(query, text)).toEqual(JSON.parse(text).data)
})

it.each<[string, string]>([
  ['errors', '{"data":{"people":[]},"errors":[]}'],
  ['other members before', '{"extensions":{},"data":{"people":[]}}'],
  ['no data', '{"data":null}'],
  ['white space', '{"data": {"people": []}}'],
  ['another order', '{"data":{"people":[{"age":36,"name":"Ada","isIn":true,"tags":[],"friend":null}]}}'],
  ['a field less', '{"data":{"people":[{"name":"Ada"}]}}'],
  ['a field more', '{"data":{"people":[{"name":"Ada","age":36,"isIn":true,"tags":[],"friend":null,"x":1}]}}'],
  ['an object where a leaf is', '{"data":{"people":[{"name":{"__proto__":1},"age":36,"isIn":true,"tags":[],"friend":null}]}}'],
  ['a number that is none', '{"data":{"people":[{"name":01,"age":36,"isIn":true,"tags":[],"friend":null}]}}'],
  ['a number without digits', '{"data":{"people":[{"name":-,"age":36,"isIn":true,"tags":[],"friend":null}]}}'],
  ['nothing where a value is', '{"data":{"people":[{"name":,"age":36,"isIn":true,"tags":[],"friend":null}]}}'],
  ['a comma too many', '{"data":{"people":[null,]}}'],
  ['a string without an end', '{"data":{"people":[{"name":"Ada'],
  ['an end too early', '{"data":{"people":['],
  ['more than one value', '{"data":{"people":[]}}{}'],
  ['a list for the whole', '[]'],
])('leaves a reply with %s to JSON.parse', (_, text) => {
  expect(parsed(PEOPLE, text)).toBe('left')
})

it('reads the fields of types in any order, and each once', () => {
  const query = '{ people { __typename ... on Cat { name } ... on Dog { name age: years } } }'
  const list = [{ __typename: 'Dog', age: 1, name: 'Rex' }, { __typename: 'Cat', name: 'Tom' }, {}, null]
  expect(parsed(query, people(...list))).toEqual({ people: list })
  expect(parsed(query, '{"data":{"people":[{"name":"a","name":"b"}]}}')).toBe('left')
  expect(parsed('query($c: Boolean!) { people { a @include(if: $c) b } }', people({ b: 1 }))).toEqual({ people: [{ b: 1 }] })
})

it('leaves names that every object has to JSON.parse, and later names room', () => {
  expect(parsed('{ people { constructor: name } }', people({ constructor: 'x' }))).toBe('left')
  expect(parsed('{ people { __proto__: name } }', '{"data":{"people":[{"__proto__":"x"}]}}')).toBe('left')
  const parse = createReplyParser('{ people { id } }', (path) => ({
    names: path.join() === 'people' ? ['id', 'name', 'toString'] : [],
    slots: [],
  }))
  const data = parseText(parse, people({ id: 1 }))
  expect(data).toEqual({ people: [{ id: 1 }] })
  expect(Object.keys([data?.people].flat()[0] ?? {})).toEqual(['id', 'name'])
})

it('does not try for ever where replies are never as expected', () => {
  const parse = createReplyParser('{ people { id } }', none)
  const [usual, indented] = [people({ id: 1 }), JSON.stringify({ data: { people: [] } }, null, 1)]
  for (let i = 0; i < 7; i++) expect(parseText(parse, indented)).toBeUndefined()
  expect(parseText(parse, usual)).toEqual({ people: [{ id: 1 }] })
  for (let i = 0; i < 8; i++) parseText(parse, indented)
  expect(parseText(parse, usual)).toBeUndefined()
})
