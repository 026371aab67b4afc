import { newId } from '@planet/runtime/ids'
import { describe, expect, it } from 'vitest'
import type { LinkingKind } from '../../touches/domain/touch.ts'
import { lastTouch } from './last-touch.ts'

const touched = (number: number, kind: LinkingKind, at: number) => ({
  id: newId<'Touch'>(new Date(number), new Uint8Array(10)),
  kind,
  at: new Date(at),
})

describe('lastTouch', () => {
  it('is the latest, whatever its kind', () => {
    const [ticket, view] = [touched(1, 'TICKET', 1000), touched(2, 'VIEW', 2000)]
    expect(lastTouch([view, ticket])).toBe(view)
    expect(lastTouch([ticket, view])).toBe(view)
  })

  it('is the strongest kind of one moment, then the greatest id', () => {
    const [view, click, ticket] = [touched(3, 'VIEW', 1000), touched(2, 'CLICK', 1000), touched(1, 'TICKET', 1000)]
    expect(lastTouch([click, ticket, view])).toBe(ticket)
    expect(lastTouch([view, click])).toBe(click)
    const later = touched(4, 'CLICK', 1000)
    expect(lastTouch([later, click])).toBe(later)
  })

  it('is null without touches', () => {
    expect(lastTouch([])).toBeNull()
  })
})
