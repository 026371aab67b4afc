import { newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import { decideTarget, getTarget, NO_TARGET } from './target.ts'

const fieldsOf = (decision: ReturnType<typeof decideTarget>) =>
  decision.kind === 'Refused' ? decision.faults.map(({ field }) => field) : []

describe('decideTarget', () => {
  it.each(['postId', 'creatorId', 'sessionId', 'circleId'] as const)('takes %s alone, the others null or left out', (field) => {
    const target = { kind: 'Named', target: { field, text: 'x' } }
    expect(decideTarget({ [field]: 'x' })).toEqual(target)
    expect(decideTarget({ postId: null, creatorId: null, sessionId: null, circleId: null, [field]: 'x' })).toEqual(target)
  })

  it('takes an empty text for a target, of which there is none', () => {
    expect(decideTarget({ circleId: '' })).toEqual({ kind: 'Named', target: { field: 'circleId', text: '' } })
  })

  it('names the post where nothing is given, and everything that is given where it is too much', () => {
    expect(fieldsOf(decideTarget({}))).toEqual(['postId'])
    expect(fieldsOf(decideTarget({ circleId: 'a', postId: 'b' }))).toEqual(['postId', 'circleId'])
    expect(fieldsOf(decideTarget({ postId: 'a', creatorId: 'b', sessionId: 'c', circleId: 'd' }))).toHaveLength(4)
  })
})

describe('getTarget', () => {
  const id = newId<never>(new Date(0))
  it.each([
    ['postId', 'POST'],
    ['creatorId', 'CREATOR'],
    ['sessionId', 'SESSION'],
    ['circleId', 'CIRCLE'],
  ] as const)('of a touch with a %s is a %s', (column, targetKind) => {
    expect(getTarget({ ...NO_TARGET, [column]: id })).toEqual({ targetKind, targetId: id })
  })

  it('is there', () => {
    expect(() => getTarget(NO_TARGET)).toThrow('a touch of nothing')
  })
})
