import { newId } from '@planet/runtime/ids'
import type { Role, Viewer } from '@planet/runtime/viewer'
import { expect, it } from 'vitest'
import { decideOrigin } from './origin.ts'

const viewerWith = (...roles: Role[]): Viewer => ({ userId: newId(new Date(0)), roles: ['user', ...roles] })

it('a post of a partner app is of that app, whatever it says of itself', () => {
  const partner = viewerWith('partner')
  for (const stated of ['WEB', 'APP', 'PARTNER_APP'] as const)
    expect(decideOrigin(stated, partner)).toEqual({
      kind: 'Decided',
      origin: { origin: 'PARTNER_APP', partnerAppId: partner.userId },
    })
})

it('a post of others, admins too, is of the web or an app, as they say, and never of a partner app', () => {
  for (const author of [viewerWith(), viewerWith('admin')]) {
    for (const origin of ['WEB', 'APP'] as const)
      expect(decideOrigin(origin, author)).toEqual({ kind: 'Decided', origin: { origin, partnerAppId: null } })
    expect(decideOrigin('PARTNER_APP', author)).toMatchObject({ kind: 'Refused', faults: [{ field: 'origin' }] })
  }
})
