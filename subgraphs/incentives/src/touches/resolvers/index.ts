import { recordTouch } from './recordTouch.ts'

export const touchesResolvers = { Mutation: { recordTouch } }
