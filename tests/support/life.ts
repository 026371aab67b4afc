import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import { getPerson, people } from '@planet/platform/people'
import { openPlatform } from '@planet/platform/platform'
import { apiOf } from '@planet/platform/start'
import { wallClock } from '@planet/runtime/clock'
import { silentLog } from '@planet/runtime/log'
import { newKey } from '@planet/runtime/testing/subgraph'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** One life of the whole platform, which remembers nothing of the one before but what is in the database. */
export async function startLife(databaseUrl: string, home: string) {
  const issuer = await openDevIssuer(home)
  const viewerKey = newProcessKey()
  const identity = { kind: 'development', issuer, people } as const
  const platform = await openPlatform({
    mode: 'development',
    databaseUrl,
    clock: wallClock,
    viewerKey,
    identity,
    log: silentLog,
  })
  const { url } = await platform.gateway.listen({ host: '127.0.0.1', port: 0 })
  const api = apiOf(platform)
  const mutate = async (person: string, mutation: string, input: Record<string, unknown>, selection = '') => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
    const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ${selection} } }`
    return (await api(getPerson(person), text, { input: { idempotencyKey: newKey(), ...input } }))[mutation]
  }
  /** The activity of a circle after a cursor. */
  const follow = async (circleId: string, after: string) => {
    const { userId, roles } = getPerson('dina')
    const authorization = `Bearer ${await issuer.issueToken({ userId, roles, lifetimeS: 600 })}`
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    })
    const results = client.iterate({
      query: `subscription ($circleId: ID!, $after: Cursor) {
        circleActivity(circleId: $circleId, after: $after) { seq cursor kind user { handle } } }`,
      variables: { circleId, after },
    })
    const { value } = await results.next()
    await client.dispose()
    return value
  }
  return { platform, viewerKey, identity, mutate, follow }
}

export type Life = Awaited<ReturnType<typeof startLife>>

/** The id of a new circle of dina's, which emil may join; that she opened it has been told by then. */
export async function openCircle({ mutate, platform }: Life): Promise<string> {
  for (const name of ['dina', 'emil']) await mutate(name, 'registerUser', { handle: name, displayName: name })
  await mutate('dina', 'openCreatorProfile', { headline: 'H' })
  await platform.idle()
  const input = { name: 'Friends', purpose: '', admissionPolicy: 'OPEN' }
  const { circle } = await mutate('dina', 'openCircle', input, '... on OpenCircleSuccess { circle { id } }')
  await platform.idle()
  return circle.id
}
