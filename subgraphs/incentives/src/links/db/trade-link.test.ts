import { decimal } from '@planet/runtime/decimal'
import { newId } from '@planet/runtime/ids'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { creditKey, parseCreditKey } from './trade-link.ts'

it('the key of a link is read back, whatever its credit', () => {
  const postId = newId<'Post'>(new Date(0))
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 18n), (units) => {
      const { creditTimeDecay, ...key } = parseCreditKey(creditKey({ creditTimeDecay: { units }, postId }))
      expect({ ...key, units: decimal(creditTimeDecay).units }).toEqual({ postId, units })
    }),
  )
})
