import { connection } from '@planet/runtime/connection'
import { codedError } from '@planet/runtime/errors'
import { hasRole } from '@planet/runtime/viewer'
import type { LiveSessionResolvers } from '../../generated/resolvers.ts'
import { bulletKey } from '../db/bullet.ts'

export const LiveSession: LiveSessionResolvers = {
  bullets: (session, { moderation, ...args }, { viewer, loaders }) => {
    const isModerator = viewer?.userId === session.hostId || hasRole(viewer, 'admin')
    if (moderation !== 'VISIBLE' && !isModerator) {
      throw codedError('FORBIDDEN', 'Held and removed bullets are for the host of the session.')
    }
    return connection(args, (page) => loaders.bulletsOfSession[moderation].load({ parentId: session.id, ...page }), bulletKey)
  },
}
