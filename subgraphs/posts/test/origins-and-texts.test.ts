import { openDatabase } from '@planet/runtime/database'
import { type Id, newId, requireId } from '@planet/runtime/ids'
import { newViewer, startTestSubgraph, type TestSubgraph } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPostVersionAt } from '../src/publishing/db/post-version.ts'
import { createPostsSubgraph } from '../src/subgraph.ts'

let posts: TestSubgraph
let database: ReturnType<typeof openDatabase>
const ada = newViewer()
const partner = newViewer('partner')
const [btc, eth] = [newId<'Instrument'>(new Date(0)), newId<'Instrument'>(new Date(1))]

const REFS = 'externalRefs { url source capturedAt sha256 }'
const POST = `id title version topics { code } cashtags { symbol } signal { instrument { id } entry } origin partnerAppId ${REFS}`
const ref = {
  url: 'https://farside.example/btc',
  source: 'Farside',
  capturedAt: '2026-01-23T09:00:00.000Z',
  sha256: 'ab'.repeat(32),
}
const other = { ...ref, url: 'https://a.example/eth', source: 'A' }

const publish = (viewer: Viewer, input: Record<string, unknown> = {}) =>
  posts.mutate(viewer, 'publishPost', `... on PublishPostSuccess { post { ${POST} } }`, {
    kind: 'INSIGHT',
    title: 'Title',
    body: 'Body',
    ...input,
  })
const publishSignal = (input: Record<string, unknown> = {}) =>
  posts.mutate(ada, 'publishSignal', `... on PublishSignalSuccess { post { ${POST} } }`, {
    title: 'Title',
    body: 'Body',
    instrumentId: btc,
    side: 'LONG',
    entry: '100',
    stop: '95',
    targets: [{ price: '110', fraction: '1' }],
    horizon: 'P10D',
    conviction: 0.6,
    ...input,
  })
const edit = (postId: string, input: Record<string, unknown> = {}) =>
  posts.mutate(ada, 'editPost', `... on EditPostSuccess { post { ${POST} } }`, { postId, title: 'Title', body: 'Body', ...input })
const eventsOf = async (type: string, postId: string) => (await posts.eventsOf(type)).filter((event) => event.postId === postId)
const minutesOn = (count: number) => {
  posts.clock.advance(new Date(posts.clock.now().getTime() + count * 60_000))
  return posts.clock.now()
}
const faultsOf = ({ faults }: { faults: { field: string }[] }) => faults.map(({ field }) => field)

beforeAll(async () => {
  posts = await startTestSubgraph(createPostsSubgraph)
  database = openDatabase({ url: posts.databaseUrl, role: 'planet_posts', audience: 'analyst' })
  await posts.publish(
    ...[ada, partner].map(({ userId }) => ({
      stream: `creator:${userId}`,
      type: 'creators.CreatorProfileOpened',
      payload: { creatorId: userId, handle: 'a' },
    })),
    ...[
      { instrumentId: btc, symbol: 'BTC-USD', baseAsset: 'BTC', tickSize: '0.01' },
      { instrumentId: eth, symbol: 'ETH-USD', baseAsset: 'ETH', tickSize: '0.01' },
    ].map((payload) => ({ stream: `instrument:${payload.instrumentId}`, type: 'trading.InstrumentListed', payload })),
  )
})
afterAll(async () => {
  await database.close()
  await posts[Symbol.asyncDispose]()
})

describe('where a post was written', () => {
  it('is the web unless its author says an app, and is told with the post', async () => {
    const [web, app] = [await publish(ada), await publishSignal({ origin: 'APP' })]
    expect(web.post).toMatchObject({ origin: 'WEB', partnerAppId: null })
    expect(app.post).toMatchObject({ origin: 'APP', partnerAppId: null })
    expect(await eventsOf('posts.PostPublished', web.post.id)).toMatchObject([{ origin: 'WEB', partnerAppId: null }])
    expect(await eventsOf('posts.PostPublished', app.post.id)).toMatchObject([{ origin: 'APP', partnerAppId: null }])
  })

  it('is the partner app that published it, whatever that says, and stays so', async () => {
    for (const origin of ['WEB', 'PARTNER_APP']) {
      const { post } = await publish(partner, { origin })
      expect(post).toMatchObject({ origin: 'PARTNER_APP', partnerAppId: partner.userId })
      expect(await eventsOf('posts.PostPublished', post.id)).toMatchObject([
        { origin: 'PARTNER_APP', partnerAppId: partner.userId },
      ])
    }
  })

  it('is no partner app for anybody else', async () => {
    expect(faultsOf(await publish(ada, { origin: 'PARTNER_APP' }))).toEqual(['origin'])
    expect(faultsOf(await publishSignal({ origin: 'PARTNER_APP', stop: '105' }))).toEqual(['origin', 'stop'])
  })
})

describe('what a post builds on elsewhere', () => {
  it('is given with each text, kept with it, and goes on to the next text unless that has its own', async () => {
    const { post } = await publish(ada, { externalRefs: [ref] })
    expect(post.externalRefs).toEqual([ref])
    expect((await edit(post.id, { title: 'The same sources' })).post.externalRefs).toEqual([ref])
    const sha256 = 'CD'.repeat(32)
    const own = (await edit(post.id, { externalRefs: [{ ...other, sha256 }, ref] })).post
    expect(own.externalRefs).toEqual([{ ...other, sha256: 'cd'.repeat(32) }, ref])
    expect((await edit(post.id, { externalRefs: [] })).post.externalRefs).toEqual([])
    const { data } = await posts.query(
      null,
      `query ($id: ID!) { post(id: $id) { versions { edges { node { version externalRefs { url } } } } } }`,
      { id: post.id },
    )
    expect(data.post.versions.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { version: 4, externalRefs: [] },
      { version: 3, externalRefs: [{ url: other.url }, { url: ref.url }] },
      { version: 2, externalRefs: [{ url: ref.url }] },
      { version: 1, externalRefs: [{ url: ref.url }] },
    ])
  })

  it('is refused where it leads nowhere or was captured in the future, with every other fault', async () => {
    const bad = { url: 'http://a.example', source: '', capturedAt: '2100-01-01T00:00:00.000Z', sha256: 'x' }
    const faults = ['url', 'source', 'capturedAt', 'sha256'].map((name) => `externalRefs.0.${name}`)
    expect(faultsOf(await publish(ada, { title: '', externalRefs: [bad] }))).toEqual(['title', ...faults])
    expect(faultsOf(await publishSignal({ externalRefs: [bad] }))).toEqual(faults)
    const { post } = await publish(ada)
    expect(faultsOf(await edit(post.id, { externalRefs: [bad] }))).toEqual(faults)
    expect(faultsOf(await publish(ada, { externalRefs: Array.from({ length: 11 }, () => ref) }))).toEqual(['externalRefs'])
  })

  it('goes with the text of a retracted post', async () => {
    const { post } = await publish(ada, { externalRefs: [ref] })
    const retracted = await posts.mutate(ada, 'retractPost', `... on RetractPostSuccess { post { ${REFS} } }`, {
      postId: post.id,
    })
    expect(retracted.post.externalRefs).toEqual([])
  })
})

describe('an edit', () => {
  it('finds topics and cashtags anew, keeps the topics that the author chose, and says so in one event', async () => {
    const { post } = await publish(ada, { topics: ['PROJECT'], title: '$BTC', body: 'The breakout holds.' })
    expect(post.topics).toEqual([{ code: 'MOMENTUM' }, { code: 'PROJECT' }])
    const at = minutesOn(1)
    const edited = (await edit(post.id, { title: '$ETH', body: 'The Fed decides.' })).post
    expect(edited).toMatchObject({ version: 2, topics: [{ code: 'MACRO' }, { code: 'PROJECT' }], cashtags: [{ symbol: 'ETH' }] })
    expect(await eventsOf('posts.PostEdited', post.id)).toEqual([
      {
        postId: post.id,
        authorId: ada.userId,
        textVersion: 2,
        instrumentIds: [eth],
        baseAssets: ['ETH'],
        editedAt: at.toISOString(),
      },
    ])
    const feed = (topic: string) =>
      posts.query(
        null,
        'query ($topic: String) { publicFeed(first: 100, filter: { topic: $topic }) { edges { node { id } } } }',
        {
          topic,
        },
      )
    expect(JSON.stringify(await feed('MACRO'))).toContain(post.id)
    expect(JSON.stringify(await feed('MOMENTUM'))).not.toContain(post.id)
  })

  it('leaves the signal alone, which is what the post is about whatever the text says', async () => {
    const { post } = await publishSignal({ title: '$BTC and $ETH' })
    const edited = (await edit(post.id, { title: 'Nothing named' })).post
    expect(edited).toMatchObject({ signal: post.signal, cashtags: [{ symbol: 'BTC' }] })
    expect((await edit(post.id, { title: '$ETH' })).post.cashtags).toEqual([{ symbol: 'BTC' }, { symbol: 'ETH' }])
    expect(await eventsOf('posts.PostEdited', post.id)).toMatchObject([
      { textVersion: 2, instrumentIds: [btc], baseAssets: ['BTC'] },
      { textVersion: 3, instrumentIds: [btc, eth], baseAssets: ['BTC', 'ETH'] },
    ])
  })

  it('is told once, however often its key comes, and not where it is refused', async () => {
    const { post } = await publish(ada)
    const input = { idempotencyKey: `edit ${post.id}`, title: 'Once' }
    await Promise.all([edit(post.id, input), edit(post.id, input), edit(post.id, input)])
    await edit(post.id, { title: '' })
    expect(await eventsOf('posts.PostEdited', post.id)).toMatchObject([{ textVersion: 2 }])
  })

  it('hides nothing of what stood before: what was shown at a moment can be asked for ever', async () => {
    const { post } = await publish(ada, { title: '$BTC', externalRefs: [ref] })
    const postId: Id<'Post'> = requireId<'Post'>(post.id)
    const published = posts.clock.now()
    const first = minutesOn(10)
    await edit(post.id, { title: '$ETH', externalRefs: [other] })
    const second = minutesOn(10)
    await edit(post.id, { title: 'Nothing', body: 'The Fed decides.' })
    const shownAt = async (at: Date) => {
      const row = await findPostVersionAt(database.db, postId, at)
      return row && [row.version, row.title, row.cashtags.map(({ symbol }) => symbol), row.externalRefs, row.topics]
    }
    const before = (at: Date) => new Date(at.getTime() - 1)
    expect(await shownAt(before(published))).toBeNull()
    for (const at of [published, before(first)]) expect(await shownAt(at)).toEqual([1, '$BTC', ['BTC'], [ref], []])
    for (const at of [first, before(second)]) expect(await shownAt(at)).toEqual([2, '$ETH', ['ETH'], [other], []])
    expect(await shownAt(second)).toEqual([3, 'Nothing', [], [other], ['MACRO']])
    expect(await shownAt(minutesOn(60))).toEqual([3, 'Nothing', [], [other], ['MACRO']])
  })
})
