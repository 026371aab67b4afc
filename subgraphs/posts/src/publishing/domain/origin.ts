import type { Id } from '@planet/runtime/ids'
import type { InputFault } from '@planet/runtime/refusals'
import type { Viewer } from '@planet/runtime/viewer'
import type { PostOrigin } from '../../generated/enums.ts'

export type Origin =
  | { readonly origin: 'PARTNER_APP'; readonly partnerAppId: Id<'User'> }
  | { readonly origin: Exclude<PostOrigin, 'PARTNER_APP'>; readonly partnerAppId: null }

/** Where a post of `author` is from: a partner app is told by its role, not by what it states. */
export function decideOrigin(
  stated: PostOrigin,
  author: Viewer,
): { readonly kind: 'Decided'; readonly origin: Origin } | { readonly kind: 'Refused'; readonly faults: readonly InputFault[] } {
  if (author.roles.includes('partner')) return { kind: 'Decided', origin: { origin: 'PARTNER_APP', partnerAppId: author.userId } }
  if (stated === 'PARTNER_APP')
    return { kind: 'Refused', faults: [{ field: 'origin', message: 'Needs a viewer with the role `partner`.' }] }
  return { kind: 'Decided', origin: { origin: stated, partnerAppId: null } }
}
