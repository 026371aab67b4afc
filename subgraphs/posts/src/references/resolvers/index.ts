import { Cashtag } from './Cashtag.ts'

export const referencesResolvers = { Cashtag }
