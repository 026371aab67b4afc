import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeCursor, encodeCursor, instantKey, parseInstantKey, parseNumberKey } from './connection.ts'
import { newId } from './ids.ts'

const id = newId(new Date(0))
const refuses = (read: () => unknown) => expect(read).toThrow('This is no cursor of ours.')

it('a page takes its own cursor back, whatever the time in it; those of far years and before 1970 were refused', () => {
  const instants = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instants, (at) => {
      expect(parseInstantKey(decodeCursor(encodeCursor(instantKey(at, id))))).toEqual({ at, id })
    }),
  )
  fc.assert(
    fc.property(fc.nat(), (number) => {
      expect(parseNumberKey(decodeCursor(encodeCursor(`${number}`)))).toBe(number)
    }),
  )
})

it('a cursor of a time that cannot be stored is none of ours', () => {
  for (const at of ['0099-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])
    refuses(() => parseInstantKey(instantKey(new Date(at), id)))
  for (const key of ['', `,${id}`, `1,${id},`, '1,x', `1e3,${id}`, `NaN,${id}`, `-,${id}`, `1,${id}\0`])
    refuses(() => parseInstantKey(key))
  for (const key of ['', '-1', '1.5', '1e3', ' 1', '0x1', '1'.repeat(16)]) refuses(() => parseNumberKey(key))
})

it('a text that no page gave is no cursor', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!Buffer.from(text, 'base64url').toString().startsWith('k:'))
      refuses(() => decodeCursor(text))
    }),
  )
  for (const cursor of ['', 'k:', `${encodeCursor('1')}=`, ` ${encodeCursor('1')}`, encodeCursor('1').slice(1), '\0', '\ud800'])
    refuses(() => decodeCursor(cursor))
})
