import { invalidInput } from '@planet/runtime/refusals'

export const hostProbabilityOutOfRange = () =>
  invalidInput([{ field: 'hostProbabilityUp', message: 'Must be above 0 and below 1.' }])

export const consensusNotFormed = (state: 'HIDDEN' | 'INSUFFICIENT') => ({
  __typename: 'ConsensusNotFormed' as const,
  code: 'CONSENSUS_NOT_FORMED',
  message: state === 'HIDDEN' ? 'The consensus is hidden for the first 30 seconds.' : 'The consensus needs 3 independent voters.',
  state,
})
