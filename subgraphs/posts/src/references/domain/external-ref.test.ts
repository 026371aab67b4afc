import { describe, expect, it } from 'vitest'
import { type ExternalRef, findExternalRefFaults, storedExternalRefs } from './external-ref.ts'

const now = new Date('2026-01-24T12:00:00.000Z')
const ref: ExternalRef = {
  url: 'https://farside.example/btc',
  source: 'Farside',
  capturedAt: now,
  sha256: 'ab12'.repeat(16),
}
const faultsOf = (...refs: ExternalRef[]) => findExternalRefFaults(refs, now).map(({ field }) => field)

describe('references to pages elsewhere', () => {
  it('are an address, who is behind it, and the moment and the hash of what was there; at most ten', () => {
    expect(faultsOf()).toEqual([])
    expect(faultsOf(...Array.from({ length: 10 }, () => ref))).toEqual([])
    expect(faultsOf(...Array.from({ length: 11 }, () => ref))).toEqual(['externalRefs'])
  })

  it('are refused with every fault of each', () => {
    const later = new Date(now.getTime() + 1)
    expect(faultsOf(ref, { url: 'http://a.example', source: ' ', capturedAt: later, sha256: 'ab12' })).toEqual([
      'externalRefs.1.url',
      'externalRefs.1.source',
      'externalRefs.1.capturedAt',
      'externalRefs.1.sha256',
    ])
    for (const sha256 of ['', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\n`])
      expect(faultsOf({ ...ref, sha256 }), sha256).toEqual(['externalRefs.0.sha256'])
    expect(faultsOf({ ...ref, source: 'x'.repeat(60) })).toEqual([])
    expect(faultsOf({ ...ref, source: 'x'.repeat(61) })).toEqual(['externalRefs.0.source'])
  })

  it('are kept as written, but for spaces around the source and the case of the hash', () => {
    expect(storedExternalRefs([{ ...ref, source: ' Farside ', sha256: 'AB12'.repeat(16) }])).toEqual([
      { ...ref, capturedAt: '2026-01-24T12:00:00.000Z' },
    ])
  })
})
