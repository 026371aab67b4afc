import { Circle } from './Circle.ts'
import { Creator } from './Creator.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'

export const feedResolvers = { Query, Subscription, Circle, Creator }
