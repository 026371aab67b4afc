import type { Tx } from '@planet/runtime/database'
import { type Id, parseId } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'
import type { Viewer } from '@planet/runtime/viewer'
import { isCircle } from '../../copies/db/circle-member.ts'
import { isCreator } from '../../copies/db/creator.ts'
import { findVisiblePost } from '../../copies/db/post.ts'
import { isSession } from '../../copies/db/session.ts'
import { type NamedTarget, NO_TARGET, type TargetColumns } from '../domain/target.ts'

export type FoundTarget = TargetColumns & {
  /** Of a post. */
  readonly authorId: Id<'User'> | null
}

/**
 * What the viewer names, or what is wrong with it. What the viewer sees nothing of is not there. Creators, sessions and circles
 * have a face that everybody sees.
 */
export async function findTarget(
  tx: Tx,
  { field, text }: NamedTarget,
  viewer: Viewer,
): Promise<{ readonly kind: 'Found'; readonly target: FoundTarget } | { readonly kind: 'Refused'; readonly fault: InputFault }> {
  const found = (columns: Partial<FoundTarget>) => ({
    kind: 'Found' as const,
    target: { ...NO_TARGET, authorId: null, ...columns },
  })
  const refused = (message: string) => ({ kind: 'Refused' as const, fault: { field, message } })
  switch (field) {
    case 'postId': {
      const id = parseId<'Post'>(text)
      const post = id && (await findVisiblePost(tx, id, viewer))
      if (!post) return refused('No such post.')
      return post.retractedAt ? refused('The post is retracted.') : found({ postId: post.id, authorId: post.authorId })
    }
    case 'creatorId': {
      const creatorId = parseId<'User'>(text)
      return creatorId && (await isCreator(tx, creatorId)) ? found({ creatorId }) : refused('No such creator.')
    }
    case 'sessionId': {
      const sessionId = parseId<'LiveSession'>(text)
      return sessionId && (await isSession(tx, sessionId)) ? found({ sessionId }) : refused('No such session.')
    }
    case 'circleId': {
      const circleId = parseId<'Circle'>(text)
      return circleId && (await isCircle(tx, circleId)) ? found({ circleId }) : refused('No such circle.')
    }
    default:
      field satisfies never
      throw new Error('unreachable')
  }
}
