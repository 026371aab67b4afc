export const tooManyPins = (limit: number) => ({
  __typename: 'TooManyPins' as const,
  code: 'TOO_MANY_PINS',
  message: `The session holds up ${limit} pins; take one down first.`,
  limit,
})
