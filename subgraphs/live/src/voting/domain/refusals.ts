export const votingLocked = (lockedAt: Date) => ({
  __typename: 'VotingLocked' as const,
  code: 'VOTING_LOCKED',
  message: 'A prediction is locked; votes are taken again once the host opens voting.',
  lockedAt,
})
