import { newId } from '@planet/runtime/ids'
import { expect, it } from 'vitest'
import { decideRevocation } from './token-revocation.ts'

const userId = newId<'User'>(new Date(0))

it('takes either a user or a token', () => {
  expect(decideRevocation({ userId })).toEqual({ kind: 'Accepted', revoked: { userId, tokenId: null } })
  expect(decideRevocation({ userId: null, tokenId: 'jti' })).toEqual({
    kind: 'Accepted',
    revoked: { userId: null, tokenId: 'jti' },
  })
  expect(decideRevocation({ tokenId: '🔑'.repeat(255) })).toMatchObject({ kind: 'Accepted' })
})

it.each([
  ['neither', {}, 'userId'],
  ['both', { userId, tokenId: 'jti' }, 'userId'],
  ['what is no id', { userId: 'root' }, 'userId'],
  ['an empty text', { userId: '' }, 'userId'],
  ['a token without a name', { tokenId: '' }, 'tokenId'],
  ['a token with too long a name', { tokenId: 'x'.repeat(256) }, 'tokenId'],
  ['a token that no text names', { tokenId: 'a\0b' }, 'tokenId'],
])('refuses %s', (_, input, field) => {
  expect(decideRevocation(input)).toMatchObject({ kind: 'Refused', faults: [{ field }] })
})
