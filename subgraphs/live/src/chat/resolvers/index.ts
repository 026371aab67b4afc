import { Bullet } from './Bullet.ts'
import { LiveSession } from './LiveSession.ts'
import { releaseBullet } from './releaseBullet.ts'
import { removeBullet } from './removeBullet.ts'
import { Subscription } from './Subscription.ts'
import { sendBullet } from './sendBullet.ts'

export const chatResolvers = {
  Mutation: { sendBullet, removeBullet, releaseBullet },
  Subscription,
  LiveSession,
  Bullet,
}
