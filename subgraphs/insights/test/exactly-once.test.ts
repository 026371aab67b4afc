import { newId } from '@planet/runtime/ids'
import type { SubgraphDeps } from '@planet/runtime/subgraph'
import { newViewer, startTestSubgraph } from '@planet/runtime/testing/subgraph'
import { expect, it } from 'vitest'
import { createInsightsSubgraph } from '../src/subgraph.ts'
import { engagementOf, newReaders, postPublished, touchRecorded } from './readers.ts'

/** Another replica of the subgraph; `stop` ends it once it has consumed what is committed. */
function startReplica(deps: SubgraphDeps) {
  const replica = createInsightsSubgraph(deps)
  const end = new AbortController()
  const running = replica.workers.map((worker) => worker.run(end.signal))
  return {
    async stop() {
      for (const worker of replica.workers) await worker.idle()
      end.abort()
      await Promise.all(running)
      await replica.close()
    },
  }
}

it('counts every event once, however many replicas consume and restart', async () => {
  let received: SubgraphDeps | undefined
  await using insights = await startTestSubgraph((deps) => createInsightsSubgraph((received = deps)))
  if (!received) throw new Error('the subgraph was not created')
  const creator = newViewer()
  const readers = newReaders(20)
  const at = insights.clock.now()
  const postId = newId<'Post'>(at)

  const rival = startReplica(received)
  await insights.publish(postPublished(creator, { postId, at }))
  for (let round = 0; round < 10; round++) await insights.publish(...readers.map((by) => touchRecorded(postId, at, { by })))
  await rival.stop()
  await startReplica(received).stop()

  expect(await engagementOf(insights, creator, [creator.userId])).toMatchObject([
    { postCount: 1, readerCount: 20, viewCount: 200, clickCount: 0 },
  ])
})
