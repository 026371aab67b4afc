export const notRegistered = () => ({
  __typename: 'NotRegistered' as const,
  code: 'NOT_REGISTERED',
  message: 'Call `registerUser` first.',
})
