import { findLineFaults } from '@planet/runtime/plain-text'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideSampling, MAX_BULLET, moderationOf, newSample, SAMPLING, type Sample } from './bullet.ts'

const start = new Date('2026-01-24T12:00:00.000Z')
const faultsOf = (text: string) => findLineFaults('text', text, MAX_BULLET).map((fault) => fault.field)

describe('a bullet', () => {
  it('is one to 200 characters, counted as people count them', () => {
    expect(faultsOf('🐂'.repeat(200))).toEqual([])
    expect(faultsOf('x'.repeat(201))).toEqual(['text'])
    expect(faultsOf('')).toEqual(['text'])
  })

  it('is one line without controls and without turning the text around it', () => {
    for (const text of ['a\nb', 'a\u0000b', 'a\u001b[31mb', 'a\u202eb', 'a\u2028b', 'a\ud800b'])
      expect(faultsOf(text)).toEqual(['text'])
    for (const text of ['👩‍👩‍👧 to the 🌕', 'نعم', 'a\u00a0b']) expect(faultsOf(text)).toEqual([])
  })

  it('with a link is held, unless a moderator sends it', () => {
    for (const text of [
      'see https://a.example',
      'airdrop at free-coins.xyz now',
      'WWW.claim.it',
      'ｆｒｅｅ。ｃｏｉｎｓ。vip',
      'tg://join',
    ]) {
      expect(moderationOf(text, false)).toBe('HELD')
      expect(moderationOf(text, true)).toBe('VISIBLE')
    }
    for (const text of ['BTC.D is 58.2', 'up 3.5 %...', 'e.g. ETH', 'hello there.me too'])
      expect(moderationOf(text, false)).toBe('VISIBLE')
  })
})

describe('the sample of a chat', () => {
  it('has every bullet of a chat that is not crowded', () => {
    let sample = newSample()
    for (let second = 0; second < 30; second++) {
      for (let i = 0; i < SAMPLING.perSecond; i++) {
        const decision = decideSampling(sample, new Date(start.getTime() + second * 1000))
        expect(decision).toMatchObject({ isSampled: true, dropped: 0 })
        sample = decision.sample
      }
    }
  })

  it('tells of every bullet that it left out, once, with the next that it has', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 400 }), (unsorted) => {
        const times = unsorted.sort((a, b) => a - b)
        let sample: Sample = newSample()
        let [sampled, told] = [0, 0]
        for (const ms of times) {
          const decision = decideSampling(sample, new Date(start.getTime() + ms))
          if (decision.isSampled) sampled++
          told += decision.dropped
          sample = decision.sample
        }
        expect(sampled + told + sample.dropped).toBe(times.length)
        const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
        expect(sampled).toBeLessThanOrEqual(SAMPLING.capacity + SAMPLING.perSecond * seconds + 1e-6)
      }),
    )
  })
})
