import { recordHeartbeat } from './recordHeartbeat.ts'

export const heartbeatsResolvers = { Mutation: { recordHeartbeat } }
