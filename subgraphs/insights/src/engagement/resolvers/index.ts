import { Creator } from './Creator.ts'

export const engagementResolvers = { Creator }
