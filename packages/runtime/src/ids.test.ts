import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newId, parseId, requireId } from './ids.ts'

it('is a UUID of version 7 that holds the time', () => {
  const id = newId(new Date('2026-01-24T00:00:00.123Z'))
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-01-24T00:00:00.123Z'))
})

it('sorts by time, and within a millisecond by order of creation', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 200 }), (steps) => {
      let ms = Date.parse('2026-01-24T00:00:00Z')
      const ids = steps.map((step) => newId(new Date((ms += step))))
      expect([...ids].sort()).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})

it('keeps the order of a standing clock while other times are used in between', () => {
  const standing = new Date('2017-03-01T06:00:00Z')
  const ids = Array.from({ length: 50 }, (_, i) => {
    newId(new Date(i))
    return newId(standing)
  })
  expect([...ids].sort()).toEqual(ids)
})

it('reads back what it made and nothing else', () => {
  const id = newId<'Post'>(new Date())
  expect(parseId(id)).toBe(id)
  for (const text of ['', 'nonsense', id.toUpperCase(), `${id} `, id.slice(1)]) expect(parseId(text)).toBeNull()
  expect(() => requireId('nonsense')).toThrow('not an id')
})
