import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AdmissionPolicy } from '../generated/enums.ts'
import { decideApproval, decideJoin, decideLeaving, type Standing } from './membership.ts'

describe('joining', () => {
  it('makes a member at once where the circle is open', () => {
    for (const standing of [null, 'LEFT', 'REQUESTED'] as const)
      expect(decideJoin('OPEN', standing)).toEqual({
        kind: 'Changed',
        to: 'MEMBER',
        memberCountBy: 1,
        cause: { reason: 'JOINED', source: 'USER' },
      })
  })

  it('makes a request where the host approves, also for one who has left', () => {
    for (const standing of [null, 'LEFT'] as const)
      expect(decideJoin('APPROVAL', standing)).toEqual({
        kind: 'Changed',
        to: 'REQUESTED',
        memberCountBy: 0,
        cause: { reason: 'REQUESTED', source: 'USER' },
      })
  })

  it('changes nothing for a member, or for a request that waits', () => {
    expect(decideJoin('APPROVAL', 'MEMBER')).toEqual({ kind: 'Unchanged' })
    expect(decideJoin('OPEN', 'MEMBER')).toEqual({ kind: 'Unchanged' })
    expect(decideJoin('APPROVAL', 'REQUESTED')).toEqual({ kind: 'Unchanged' })
  })
})

describe('approving', () => {
  it('is for the host', () => {
    expect(decideApproval(false, 'REQUESTED')).toEqual({ kind: 'NotTheHost' })
    expect(decideApproval(true, 'REQUESTED')).toEqual({
      kind: 'Changed',
      to: 'MEMBER',
      memberCountBy: 1,
      cause: { reason: 'APPROVED', source: 'HOST' },
    })
  })

  it('needs an open request', () => {
    for (const standing of [null, 'LEFT'] as const) expect(decideApproval(true, standing)).toEqual({ kind: 'NoRequest' })
    expect(decideApproval(true, 'MEMBER')).toEqual({ kind: 'Unchanged' })
  })
})

describe('leaving', () => {
  it('is not for the host', () => {
    expect(decideLeaving(true, 'MEMBER')).toEqual({ kind: 'HostCannotLeave' })
  })

  it('ends a membership or a request, once', () => {
    expect(decideLeaving(false, 'MEMBER')).toEqual({
      kind: 'Changed',
      to: 'LEFT',
      memberCountBy: -1,
      cause: { reason: 'LEFT', source: 'USER' },
    })
    expect(decideLeaving(false, 'REQUESTED')).toEqual({
      kind: 'Changed',
      to: 'LEFT',
      memberCountBy: 0,
      cause: { reason: 'WITHDRAWN', source: 'USER' },
    })
    for (const standing of [null, 'LEFT'] as const) expect(decideLeaving(false, standing)).toEqual({ kind: 'Unchanged' })
  })
})

describe('whatever users do to a circle', () => {
  const host = 0
  const user = fc.nat(4)
  const action = fc.oneof(
    fc.record({ kind: fc.constant('join' as const), by: user }),
    fc.record({ kind: fc.constant('leave' as const), by: user }),
    fc.record({ kind: fc.constant('approve' as const), by: user, whom: user }),
  )
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

  /** Plays the actions; `observe` sees each user's standing before and after each action. */
  function play(
    policy: AdmissionPolicy,
    actions: readonly Action[],
    observe: (step: { action: Action; from: Standing; to: Standing }) => void,
  ) {
    const standings = new Map<number, Standing>([[host, 'MEMBER']])
    let memberCount = 1
    for (const action of actions) {
      const subject = action.kind === 'approve' ? action.whom : action.by
      const from = standings.get(subject) ?? null
      const decision =
        action.kind === 'join'
          ? decideJoin(policy, from)
          : action.kind === 'leave'
            ? decideLeaving(action.by === host, from)
            : decideApproval(action.by === host, from)
      const to = decision.kind === 'Changed' ? decision.to : from
      standings.set(subject, to)
      if (decision.kind === 'Changed') memberCount += decision.memberCountBy
      observe({ action, from, to })
    }
    return { standings, memberCount }
  }
  const policies = fc.constantFrom<AdmissionPolicy>('OPEN', 'APPROVAL')

  it('its number of members is the number of its members', () => {
    fc.assert(
      fc.property(policies, fc.array(action, { maxLength: 60 }), (policy, actions) => {
        const { standings, memberCount } = play(policy, actions, () => {})
        expect(memberCount).toBe([...standings.values()].filter((standing) => standing === 'MEMBER').length)
      }),
    )
  })

  it('its host stays a member', () => {
    fc.assert(
      fc.property(policies, fc.array(action, { maxLength: 60 }), (policy, actions) => {
        expect(play(policy, actions, () => {}).standings.get(host)).toBe('MEMBER')
      }),
    )
  })

  it('nobody becomes a member without asking and the approval of the host where the host approves', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        play('APPROVAL', actions, ({ action, from, to }) => {
          if (to !== 'MEMBER' || from === 'MEMBER') return
          expect(action).toMatchObject({ kind: 'approve', by: host })
          expect(from).toBe('REQUESTED')
        })
      }),
    )
  })

  it('nobody asks or leaves for somebody else', () => {
    fc.assert(
      fc.property(policies, fc.array(action, { maxLength: 60 }), (policy, actions) => {
        play(policy, actions, ({ action, from, to }) => {
          if (from !== to && action.kind === 'approve') expect(to).toBe('MEMBER')
        })
      }),
    )
  })
})
