import { expect, it } from 'vitest'
import { acceptedEncoding } from './compression.ts'
import { acceptedMediaType } from './media-type.ts'

const LEGACY = 'application/json'
const NEW = 'application/graphql-response+json'

it.each<[string | undefined, string | null]>([
  [undefined, LEGACY],
  ['*/*', LEGACY],
  ['application/*', LEGACY],
  ['text/html,application/xhtml+xml,*/*;q=0.8', LEGACY],
  [LEGACY, LEGACY],
  [NEW, NEW],
  [`${NEW}; charset=utf-8, ${LEGACY}; charset=utf-8`, NEW],
  [`${LEGACY}, ${NEW}`, NEW],
  [`${LEGACY}, ${NEW};q=0.9`, LEGACY],
  [`APPLICATION/JSON`, LEGACY],
  [`${LEGACY};q=0, */*`, NEW],
  [`${NEW}; charset=iso-8859-1`, null],
  ['text/html', null],
  [`${LEGACY};q=0`, null],
  ['', null],
])('answers Accept %j with %s', (accept, expected) => {
  expect(acceptedMediaType(accept)).toBe(expected)
})

it.each([
  [undefined, null],
  ['identity', null],
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0.5, gzip', 'gzip'],
  ['br;q=0, *', 'gzip'],
  ['gzip;q=0, br;q=0', null],
])('answers Accept-Encoding %j with %s', (header, expected) => {
  expect(acceptedEncoding(header)).toBe(expected)
})
