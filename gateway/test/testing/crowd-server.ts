/**
 * A gateway over a crowd in a process of its own, which says where it listens and fills its heap as it is told. Ends with
 * whoever started it.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usedShare } from '@planet/runtime/heap'
import { silentLog } from '@planet/runtime/log'
import { newProcessKey } from '@planet/runtime/viewer-keys'
import { createGateway } from '../../src/gateway.ts'
import { openDevIssuer } from '../../src/identity/dev-issuer.ts'
import { startCrowdGraph } from './crowd-graph.ts'

const viewerKey = newProcessKey()
const graph = await startCrowdGraph('local', viewerKey, silentLog)
const gateway = await createGateway({
  mode: 'development',
  supergraphSdl: graph.supergraphSdl,
  transports: graph.transports,
  viewerKey,
  identity: { kind: 'development', issuer: await openDevIssuer(mkdtempSync(join(tmpdir(), 'planet-crowd-'))), people: [] },
  log: silentLog,
  graphiql: null,
})
const { url, metricsUrl } = await gateway.listen({ host: '127.0.0.1', port: 0, metricsPort: 0 })
process.once('disconnect', () => process.exit())

const PIECE = 10_000
/** What takes the room of the heap, in pieces of 80 kB. */
const ballast: number[][] = []
process.on('message', ({ share }: { readonly share: number }) => {
  ballast.length = 0
  while (usedShare() < share) ballast.push(Array.from({ length: PIECE }, Math.random))
  process.send?.({ pieces: ballast.length })
})
process.send?.({ url, metricsUrl })
