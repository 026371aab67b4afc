/** A new account is a person of its own, as far as anybody knows. */
export const REGISTERED = { reason: 'REGISTERED', source: 'USER' } as const

/** Somebody has looked whose account it is. */
export const IDENTITY_CHECK = { reason: 'IDENTITY_CHECK', source: 'ADMIN' } as const

/** Why an account is held to be of one identity cluster, and who said it. */
export type IdentityCause = typeof REGISTERED | typeof IDENTITY_CHECK
