import { formatCursor } from '@planet/runtime/event-log/cursor'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { refuseViewer, type ViewerFault } from '@planet/runtime/viewer-token'
import { GraphQLError } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createLogRecorder } from '../../test/testing/log-recorder.ts'
import { startTestGateway } from '../../test/testing/test-gateway.ts'
import { createMakePublic } from './subgraph-errors.ts'

const of = { subgraph: 'rooms', operation: { query: 'query ($id: ID!) { a: room(id: $id) { title } }' }, requestId: 'r' }

/** What a client is told of an error. */
function told(error: GraphQLError) {
  const { log, lines } = createLogRecorder()
  const { errors } = createMakePublic(log)({ data: null, errors: [error] }, of)
  return { ...JSON.parse(JSON.stringify(errors?.[0])), lines }
}

describe('an error of a subgraph', () => {
  it('keeps its code from the list, a text that is public and its place', () => {
    const error = new GraphQLError('`id` names something that is not there.', {
      path: ['a', 0, 'title'],
      extensions: { code: 'BAD_USER_INPUT' },
    })
    expect(told(error)).toEqual({ ...error.toJSON(), lines: [] })
    const oldest = formatCursor({ epoch: 'ab', pos: 5n })
    const extensions = { code: 'CURSOR_EXPIRED', oldest }
    expect(told(new GraphQLError('x', { extensions })).extensions).toEqual(extensions)
  })

  it('keeps nothing else, which the log has', () => {
    const error = new GraphQLError('select secret', {
      path: ['a', 'secret', 'title'],
      extensions: {
        code: 'FORBIDDEN',
        secret: 'secret',
        oldest: 'secret',
        limit: 'secret',
        retryAfterMs: 5,
        viewerFault: 'secret',
      },
    })
    const { lines, ...seen } = told(error)
    expect(seen).toEqual({
      message: 'This is not for the viewer.',
      path: ['a'],
      extensions: { code: 'FORBIDDEN', retryAfterMs: 5 },
    })
    expect(lines).toMatchObject([expect.stringContaining('select secret')])
    const foreign = told(new GraphQLError('No such circle.', { extensions: { code: 'SECRET' } }))
    expect(foreign).toMatchObject({ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } })
    for (const path of [[-1], [1.5], [Number.NaN], ['a', '__proto__']])
      expect(JSON.stringify(told(new GraphQLError('x', { path })).path ?? [])).toMatch(/^\[("a")?\]$/)
  })
})

it.each<ViewerFault>([
  'too old, or the clocks are apart',
  'from the future: the clocks are apart',
  'signed with another key',
  'missing',
])('makes UNAVAILABLE of a refusal of our own viewers (%s), with the reason in the log once; it was UNAUTHENTICATED', (fault) => {
  const { log, lines } = createLogRecorder()
  const makePublic = createMakePublic(log)
  for (let n = 0; n < 5; n++) {
    const { data, errors } = makePublic({ data: { a: 1 }, errors: [refuseViewer(fault)] }, of)
    expect([data, errors?.map(({ extensions }) => extensions)]).toEqual([undefined, [{ code: 'UNAVAILABLE' }]])
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ subgraph: 'rooms', reason: fault }])
})

describe.each(['local', 'http'] as const)('a gateway with another key than its subgraphs, over %s,', (over) => {
  it('is UNAVAILABLE to everybody, and says why in the log once', async () => {
    const { log, lines } = createLogRecorder()
    await using test = await startTestGateway({ over, log, deps: { viewerKey: newProcessKey() } })
    const authorization = `Bearer ${await test.token(['admin'])}`
    for (let n = 0; n < 3; n++) {
      for (const query of ['{ whoami }', 'mutation { renameRoom(id: "1", title: "x") { title } }'])
        for (const headers of [{}, { authorization }] as Record<string, string>[]) {
          const response = await test.post({ query }, headers)
          const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] }
          expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE'])
        }
    }
    expect(lines.filter((line) => line.includes('a subgraph refuses our viewers'))).toMatchObject([
      expect.stringContaining('signed with another key'),
    ])
  })
})
