import type { InputFault } from '@planet/runtime/refusals'
import type { AcquisitionSource } from '../generated/enums.ts'

/** What the account that is said to have brought a user is; null if there is none. */
export type Acquirer = 'USER' | 'CREATOR' | null

/**
 * Every fault of what is said to have brought a user; empty if it may be stored. `acquirer` is what `acquiredById` stands
 * for.
 */
export function findAcquisitionFaults(
  input: { readonly acquisitionSource: AcquisitionSource; readonly acquiredById?: string | null | undefined },
  acquirer: Acquirer,
): InputFault[] {
  const isGiven = (input.acquiredById ?? null) !== null
  switch (input.acquisitionSource) {
    case 'CREATOR':
      if (!isGiven) return fault('Must be the creator who brought the viewer.')
      return acquirer === 'CREATOR' ? [] : fault('No such creator.')
    case 'REFERRAL':
      if (!isGiven) return fault('Must be the user who referred the viewer.')
      return acquirer === null ? fault('No such user.') : []
    case 'ORGANIC':
    case 'COMPETITION':
    case 'FEE_DISCOUNT':
    case 'AIRDROP':
      return isGiven ? fault('Only for the sources CREATOR and REFERRAL.') : []
    default:
      input.acquisitionSource satisfies never
      throw new Error('unreachable')
  }
}

const fault = (message: string): InputFault[] => [{ field: 'acquiredById', message }]
