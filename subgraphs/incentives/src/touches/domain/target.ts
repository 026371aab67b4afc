import type { Id } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'

/** What a touch is of: of these columns exactly one is not null. */
export type TargetColumns = {
  readonly postId: Id<'Post'> | null
  readonly creatorId: Id<'User'> | null
  readonly sessionId: Id<'LiveSession'> | null
  readonly circleId: Id<'Circle'> | null
}

export const NO_TARGET: TargetColumns = { postId: null, creatorId: null, sessionId: null, circleId: null }

export type Target =
  | { readonly targetKind: 'POST'; readonly targetId: Id<'Post'> }
  | { readonly targetKind: 'CREATOR'; readonly targetId: Id<'User'> }
  | { readonly targetKind: 'SESSION'; readonly targetId: Id<'LiveSession'> }
  | { readonly targetKind: 'CIRCLE'; readonly targetId: Id<'Circle'> }

/** The one of `columns` that is not null. */
export function getTarget({ postId, creatorId, sessionId, circleId }: TargetColumns): Target {
  if (postId) return { targetKind: 'POST', targetId: postId }
  if (creatorId) return { targetKind: 'CREATOR', targetId: creatorId }
  if (sessionId) return { targetKind: 'SESSION', targetId: sessionId }
  if (circleId) return { targetKind: 'CIRCLE', targetId: circleId }
  throw new Error('a touch of nothing')
}

const TARGET_FIELDS = ['postId', 'creatorId', 'sessionId', 'circleId'] as const
export type TargetField = (typeof TARGET_FIELDS)[number]

/** A target as a client names it. */
export type NamedTarget = { readonly field: TargetField; readonly text: string }

/** The one target that `input` names; otherwise the faults: of `postId` where there is none, of each field where there are several. */
export function decideTarget(
  input: Readonly<Partial<Record<TargetField, string | null | undefined>>>,
): { readonly kind: 'Named'; readonly target: NamedTarget } | { readonly kind: 'Refused'; readonly faults: InputFault[] } {
  const named = TARGET_FIELDS.flatMap((field): NamedTarget[] => {
    const text = input[field]
    return text === null || text === undefined ? [] : [{ field, text }]
  })
  const [target, ...others] = named
  if (target && others.length === 0) return { kind: 'Named', target }
  const fields = target ? named.map(({ field }) => field) : ['postId']
  return {
    kind: 'Refused',
    faults: fields.map((field) => ({ field, message: `Give exactly one of ${TARGET_FIELDS.join(', ')}.` })),
  }
}
