import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodePayload, encodePayload } from '../event-log/payload.ts'
import { ownerOf } from './define.ts'
import { EVENTS } from './registry.ts'

/** Of each version of each type an event as it was stored; a version that was ever stored keeps its sample. */
const SAMPLES: Record<string, { version: number }[]> = JSON.parse(readFileSync(new URL('samples.json', import.meta.url), 'utf8'))

describe('the registry of events', () => {
  it('tells each type once, in the past tense of an owner', () => {
    const types = EVENTS.map(({ type }) => type)
    expect(new Set(types).size).toBe(types.length)
    expect(types.filter((type) => !/^[a-z]+\.[A-Z][A-Za-z]+$/.test(type))).toEqual([])
    expect(EVENTS.filter((event) => event.consumers.some((name) => name === ownerOf(event)))).toEqual([])
  })

  it('leaves `version` to what stores an event, which says by it how the rest is to be read', () => {
    expect(EVENTS.filter(({ payload }) => 'version' in payload.shape).map(({ type }) => type)).toEqual([])
  })

  it('puts no fact into a stream of what passes, which would leave a hole in it', () => {
    const keptOf = new Map<string, Set<string>>()
    for (const { stream, kept } of EVENTS) {
      for (const name of stream.split(/, of a circle /)) keptOf.set(name, new Set([...(keptOf.get(name) ?? []), kept]))
    }
    expect([...keptOf].filter(([, kept]) => kept.size > 1).map(([name]) => name)).toEqual([])
  })

  it('lets nobody consume what passes', () => {
    expect(EVENTS.filter(({ kept, consumers }) => kept === 'PASSING' && consumers.length > 0)).toEqual([])
  })

  it('has a stored sample of every version that there ever was, and no other', () => {
    const versions = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
    expect(Object.fromEntries(Object.entries(SAMPLES).map(([type, list]) => [type, list.map(({ version }) => version)]))).toEqual(
      Object.fromEntries(EVENTS.map(({ type, version }) => [type, versions(version)])),
    )
  })

  it.each(EVENTS.map((event) => [event.type, event] as const))(
    'reads every stored version of %s as the newest',
    (type, event) => {
      for (const sample of SAMPLES[type] ?? []) {
        const payload = decodePayload(event, { pos: 1n, payload: sample })
        expect(event.streamOf(payload as never)).toMatch(/^[a-z-]+(:[0-9a-f-]{36})?$/)
        const stored = encodePayload(event, payload)
        expect(stored.version).toBe(event.version)
        // What was stored in the newest form is stored so again, to the character.
        if (sample.version === event.version) expect(stored).toEqual(sample)
      }
    },
  )
})
