import { newId } from '@planet/runtime/ids'
import { expect, it } from 'vitest'
import type { AcquisitionSource } from '../generated/enums.ts'
import { findAcquisitionFaults } from './acquisition.ts'

const acquiredById = newId<'User'>(new Date(0))
const OF_NOBODY: readonly AcquisitionSource[] = ['ORGANIC', 'COMPETITION', 'FEE_DISCOUNT', 'AIRDROP']

it('takes a creator, a user or creator who refers, and for all else nobody', () => {
  expect(findAcquisitionFaults({ acquisitionSource: 'CREATOR', acquiredById }, 'CREATOR')).toEqual([])
  for (const acquirer of ['USER', 'CREATOR'] as const)
    expect(findAcquisitionFaults({ acquisitionSource: 'REFERRAL', acquiredById }, acquirer)).toEqual([])
  for (const acquisitionSource of OF_NOBODY)
    for (const nobody of [undefined, null])
      expect(findAcquisitionFaults({ acquisitionSource, acquiredById: nobody }, null)).toEqual([])
})

it.each([
  ['a creator who is not named', { acquisitionSource: 'CREATOR' }, null],
  ['a creator whom nobody knows', { acquisitionSource: 'CREATOR', acquiredById }, null],
  ['a creator who is none', { acquisitionSource: 'CREATOR', acquiredById }, 'USER'],
  ['a referral by nobody', { acquisitionSource: 'REFERRAL', acquiredById: null }, null],
  ['a referral by whom nobody knows', { acquisitionSource: 'REFERRAL', acquiredById }, null],
  ['an empty name', { acquisitionSource: 'REFERRAL', acquiredById: '' }, null],
  ...OF_NOBODY.map(
    (acquisitionSource) => [`somebody for ${acquisitionSource}`, { acquisitionSource, acquiredById }, 'CREATOR'] as const,
  ),
] as const)('refuses %s', (_, input, acquirer) => {
  expect(findAcquisitionFaults(input, acquirer)).toMatchObject([{ field: 'acquiredById' }])
})
