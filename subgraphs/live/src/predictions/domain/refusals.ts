export const consensusNotFormed = (state: 'HIDDEN' | 'INSUFFICIENT') => ({
  __typename: 'ConsensusNotFormed' as const,
  code: 'CONSENSUS_NOT_FORMED',
  message: state === 'HIDDEN' ? 'The consensus is hidden for the first 30 seconds.' : 'The consensus needs 3 independent voters.',
  state,
})
