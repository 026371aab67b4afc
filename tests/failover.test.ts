import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway } from '@planet/gateway/gateway'
import { createHttpTransport } from '@planet/gateway/subgraphs/http-transport'
import { createLocalTransport } from '@planet/gateway/subgraphs/local-transport'
import type { SubgraphTransport } from '@planet/gateway/subgraphs/transport'
import { getPerson } from '@planet/platform/people'
import { readSupergraph } from '@planet/platform/platform'
import { markOf } from '@planet/runtime/event-log/log-mark'
import { silentLog } from '@planet/runtime/log'
import { serve } from '@planet/runtime/serve'
import { createTestDatabase } from '@planet/runtime/testing/database'
import { afterAll, expect, it } from 'vitest'
import { openCircle, startLife } from './support/life.ts'

const home = mkdtempSync(join(tmpdir(), 'planet-failover-'))
const opened: { close(): Promise<unknown> }[] = []
// What was opened last is closed first.
afterAll(async () => {
  for (const each of opened.reverse()) await each.close()
  rmSync(home, { recursive: true, force: true })
})

/** The same transport, and what resolves once a stream through it has told where it begins. */
function watched(transport: SubgraphTransport) {
  const begun = Promise.withResolvers<void>()
  const subscribe: SubgraphTransport['subscribe'] = async (request) => {
    const stream = await transport.subscribe(request)
    if (!(Symbol.asyncIterator in stream)) return stream
    const next = async () => {
      const step = await stream.next()
      if (!step.done && markOf(step.value) !== null) begun.resolve()
      return step
    }
    return { ...stream, next }
  }
  return { transport: { ...transport, subscribe }, begun: begun.promise }
}

it('a stream that began now and has seen nothing yet loses nothing while its subgraph is away', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase()
  opened.push({ close: drop })
  const life = await startLife(databaseUrl, home)
  const { platform, viewerKey, identity, mutate } = life
  opened.push(platform)
  const circleId = await openCircle(life)
  const circles = platform.subgraphs.find(({ name }) => name === 'circles')
  if (!circles) throw new Error('there are no circles')
  const listen = (port: number) => serve(circles, { host: '127.0.0.1', port, log: silentLog })
  let served = await listen(0)
  opened.push({ close: () => served.close() })

  const { transport, begun } = watched(createHttpTransport(served.url))
  const locals = platform.subgraphs.map((subgraph) => [subgraph.name, createLocalTransport(subgraph)])
  const gateway = await createGateway({
    mode: 'development',
    supergraphSdl: readSupergraph(),
    transports: { ...Object.fromEntries(locals), circles: transport },
    viewerKey,
    identity,
    log: silentLog,
    graphiql: null,
  })
  opened.push(gateway)
  const { userId, roles } = getPerson('dina')
  const query = 'subscription ($id: ID!) { circleActivity(circleId: $id) { seq kind user { handle } } }'
  const stream = await gateway.subscribe({ query, variables: { id: circleId } }, { viewer: { userId, roles } })
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream))
  await begun

  for (const [mutation, kind] of [
    ['joinCircle', 'MEMBER_JOINED'],
    ['leaveCircle', 'MEMBER_LEFT'],
  ]) {
    await served.close()
    await mutate('emil', mutation ?? '', { circleId })
    await platform.idle()
    served = await listen(served.port)
    const { value } = await stream.next()
    expect(value).toMatchObject({ data: { circleActivity: { kind, user: { handle: 'emil' } } } })
  }
  await stream.return()
})
