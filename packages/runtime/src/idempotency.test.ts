import { expect, it } from 'vitest'
import { checkKey } from './idempotency.ts'

const refused = (key: string) => expect(() => checkKey(key)).toThrow('`idempotencyKey` must be 1 to 100 characters long')

it('a key is counted in characters: 51 emoji were over 100', () => {
  for (const key of ['a', 'a'.repeat(100), '🚀'.repeat(51), '🚀'.repeat(100), 'é'.repeat(100)]) checkKey(key)
  for (const key of ['', 'a'.repeat(101), '🚀'.repeat(101)]) refused(key)
})

it('a key that is stored as another is refused: those with lone surrogates collided', () => {
  for (const key of ['\ud800', 'a\udfffb', '\ud83d', '\ude80\ud83d', 'a\0']) refused(key)
})
