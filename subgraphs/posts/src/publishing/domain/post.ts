import type { Id } from '@planet/runtime/ids'
import { findLineFaults, findProseFaults } from '@planet/runtime/plain-text'
import type { InputFault } from '@planet/runtime/refusals'
import { findTopic } from '../../topics/domain/topic.ts'

const MAX_TITLE = 200
const MAX_BODY = 20_000
const MAX_CHOSEN_TOPICS = 5

export type PostText = { readonly title: string; readonly body: string }

/** What topics and cashtags are found in. */
export const textOf = ({ title, body }: PostText): string => `${title}\n${body}`

export type PostDraft = PostText & {
  readonly topics: readonly string[]
  readonly audience: 'PUBLIC' | 'CIRCLE'
  readonly circleId?: string | null | undefined
}

/** Every fault of a text; empty if it may be stored. Lengths are in characters after trimming. */
export const findTextFaults = ({ title, body }: PostText): InputFault[] => [
  ...findLineFaults('title', title.trim(), MAX_TITLE),
  ...findProseFaults('body', body.trim(), { min: 1, max: MAX_BODY }),
]

/** Every fault of what a post is besides its text and its plan. */
export function findDraftFaults(draft: PostDraft): InputFault[] {
  const faults = findTextFaults(draft)
  if (draft.topics.length > MAX_CHOSEN_TOPICS)
    faults.push({ field: 'topics', message: `At most ${MAX_CHOSEN_TOPICS} may be chosen.` })
  draft.topics.forEach((code, i) => {
    if (!findTopic(code)) faults.push({ field: `topics.${i}`, message: 'No such topic.' })
  })
  if (draft.audience === 'CIRCLE' && !draft.circleId)
    faults.push({ field: 'circleId', message: 'Required for the audience CIRCLE.' })
  return faults
}

/** What a viewer may see of others: public posts, and posts of the circles they are a member of. */
export type Visibility = { readonly userId: Id<'User'> | null; readonly circleIds: readonly Id<'Circle'>[] }

/** Who may see a post: everybody, or for a circle's post its members and its author. */
export function isVisible(
  post: { readonly audience: 'PUBLIC' | 'CIRCLE'; readonly authorId: string; readonly circleId: string | null },
  viewer: { readonly userId: string; readonly circleIds: ReadonlySet<string> } | null,
): boolean {
  if (post.audience === 'PUBLIC') return true
  if (!viewer || post.circleId === null) return false
  return viewer.userId === post.authorId || viewer.circleIds.has(post.circleId)
}
