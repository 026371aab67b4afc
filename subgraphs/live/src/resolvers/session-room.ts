import { connection } from '@planet/runtime/connection'
import { codedError } from '@planet/runtime/errors'
import { hasRole } from '@planet/runtime/viewer'
import { bulletKey } from '../chat/db/bullet.ts'
import type { LiveSessionResolvers } from '../generated/resolvers.ts'
import { questionKey } from '../questions/db/question.ts'
import { momentKey } from '../sessions/db/moment.ts'

type RoomField = 'bullets' | 'stage' | 'questions' | 'contextPins' | 'timeline' | 'viewerCount' | 'peakViewerCount'

/** What goes on in a session beside its votes. */
export const sessionRoom: Pick<LiveSessionResolvers, RoomField> = {
  bullets: (session, { moderation, ...args }, { viewer, loaders }) => {
    const isModerator = viewer?.userId === session.hostId || hasRole(viewer, 'admin')
    if (moderation !== 'VISIBLE' && !isModerator) {
      throw codedError('FORBIDDEN', 'Held and removed bullets are for the host of the session.')
    }
    return connection(args, (page) => loaders.bulletsOfSession[moderation].load({ parentId: session.id, ...page }), bulletKey)
  },
  stage: async (session, _, { loaders }) => {
    const stage = await loaders.stage.load(session.id)
    if (!stage) throw new Error(`no stage of ${session.id}`)
    return stage
  },
  questions: (session, { state, ...args }, { loaders }) =>
    connection(args, (page) => loaders.questionsOfSession[state ?? 'ALL'].load({ parentId: session.id, ...page }), questionKey),
  contextPins: (session, _, { loaders }) => loaders.pinsOfSession.load(session.id),
  timeline: (session, args, { loaders }) =>
    connection(args, (page) => loaders.momentsOfSession.load({ parentId: session.id, ...page }), momentKey),
  viewerCount: async (session, _, { loaders }) => (await loaders.audience.load(session.id))?.viewerCount ?? 0,
  peakViewerCount: async (session, _, { loaders }) => (await loaders.audience.load(session.id))?.peakViewerCount ?? 0,
}
