import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SOCKET_LIMITS } from '@planet/gateway/subscriptions/limits'
import { CLOSE } from '@planet/gateway/subscriptions/protocol'
import { EVENTS } from '@planet/runtime/events/registry'
import { Kind, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { withEventsTable } from '../scripts/events-table.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const document = read('docs/events.md')
/** The first cells of all tables, with the rest of their rows. */
const rows = new Map([...document.matchAll(/^\| (.+?) \| (.+) \|$/gm)].map(([, first = '', rest = '']) => [first, rest]))
const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
const firstCells = new Set([...rows.keys()].flatMap((cell) => (/^\d+$/.test(cell) ? [cell] : namesIn(cell))))

/** What only queries and mutations meet. */
const NOT_OF_STREAMS = ['CONFLICT']

describe('docs/events.md', () => {
  it('has a section for every field of Subscription, and says what it delivers', () => {
    const subscription = parse(read('schema/supergraph.graphql')).definitions.find(
      (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === 'Subscription',
    )
    if (subscription?.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error('the supergraph has no subscriptions')
    const declared = subscription.fields?.map(({ name, directives }) => {
      const kind = directives?.find((directive) => directive.name.value === 'delivery')?.arguments?.[0]?.value
      return `${name.value} ${kind?.kind === Kind.ENUM ? kind.value : 'undeclared'}`
    })
    const described = [...document.matchAll(/^### `(\w+)`\n\n(\w+)/gm)].map(([, name, kind]) => `${name} ${kind}`)
    expect(described.toSorted()).toEqual(declared?.toSorted())
  })

  it('says what a client must do for every code that a stream may end with', () => {
    const union = /export type ErrorCode =([^\n]*\n(?: {2}\|[^\n]*\n)+)/.exec(read('packages/runtime/src/errors.ts'))?.[1] ?? ''
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(10)
    expect(codes.filter((code) => !NOT_OF_STREAMS.includes(code) && !firstCells.has(code))).toEqual([])
  })

  it('says what a client must do for every code that the gateway closes a socket with', () => {
    const codes = new Set(Object.values(CLOSE).map(([code]) => String(code)))
    expect([...codes].filter((code) => !firstCells.has(code))).toEqual([])
    expect(firstCells).toContain('4409')
  })

  it('states every limit of a connection as it is', () => {
    const stated = Object.fromEntries(
      [...rows].flatMap(([first, rest]) => {
        const name = namesIn(first).at(-1)
        return name !== undefined && name in SOCKET_LIMITS ? [[name, Number(rest.split(' | ')[0])]] : []
      }),
    )
    expect(stated).toEqual(SOCKET_LIMITS)
  })

  it('lists every event of the registry as the registry tells it', () => {
    expect(document).toBe(withEventsTable(document))
    expect(EVENTS.map(({ type }) => type).filter((type) => !firstCells.has(type))).toEqual([])
  })

  it('says that clients see just those events that a LOG field shows', () => {
    const sources = readdirSync(join(root, 'subgraphs'), { recursive: true, encoding: 'utf8' }).filter(
      (path) => /^\w+\/src\/.*\.ts$/.test(path) && !path.includes('/generated/') && !path.endsWith('.test.ts'),
    )
    const shown = sources
      .map((path) => read(`subgraphs/${path}`))
      .filter((text) => text.includes('logStream'))
      .flatMap((text) => [...text.matchAll(/decodePayload\((\w+), event\)/g)].map(([, name = '']) => name))
    const told = EVENTS.filter(({ audience }) => audience !== 'NOBODY').map(({ type }) => type.split('.')[1])
    expect([...new Set(shown)].toSorted()).toEqual(told.toSorted())
  })
})
