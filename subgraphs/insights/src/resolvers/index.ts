import type { Resolvers } from '../generated/resolvers.ts'
import { Creator } from './Creator.ts'

export const resolvers: Resolvers = { Creator }
