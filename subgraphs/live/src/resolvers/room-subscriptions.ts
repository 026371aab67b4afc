import { codedError } from '@planet/runtime/errors'
import { type Id, parseId } from '@planet/runtime/ids'
import type { AudienceState } from '../audience/db/audience.ts'
import { type BulletChange, followChat } from '../chat/bullet-chat.ts'
import type { SubscriptionResolvers } from '../generated/resolvers.ts'
import type { BoardState } from '../questions/db/question-board.ts'
import type { StageState } from '../stage/db/stage.ts'

/** What can be followed in a session beside its consensus. */
export const roomSubscriptions: Pick<
  SubscriptionResolvers,
  'bulletChat' | 'stageChanged' | 'questionsChanged' | 'viewersChanged'
> = {
  bulletChat: {
    subscribe: async (_, { sessionId, after, sampled }, { db, loaders, streams }) => {
      const id = asSessionId(sessionId)
      if (!(await loaders.currentSession.load(id))) throw noSuchSession()
      return followChat({ db, events: streams.events, sessionId: id, after: after ?? null, isSampled: sampled })
    },
    resolve: (change: BulletChange) => change,
  },
  stageChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.stage.subscribe(asSessionId(sessionId)),
    resolve: (stage: StageState) => stage,
  },
  questionsChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.questions.subscribe(asSessionId(sessionId)),
    resolve: (board: BoardState) => board,
  },
  viewersChanged: {
    subscribe: (_, { sessionId }, { streams }) => streams.viewers.subscribe(asSessionId(sessionId)),
    resolve: (audience: AudienceState) => audience,
  },
}

const noSuchSession = () => codedError('BAD_USER_INPUT', 'No such session.')

function asSessionId(text: string): Id<'LiveSession'> {
  const id = parseId<'LiveSession'>(text)
  if (!id) throw noSuchSession()
  return id
}
