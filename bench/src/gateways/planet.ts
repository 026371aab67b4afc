/** Our gateway over the generated subgraphs, by the same parts and with the same checks as in production. */
import { readFileSync } from 'node:fs'
import { readConfig } from '@planet/gateway/config'
import { createGateway } from '@planet/gateway/gateway'
import { openDevIssuer } from '@planet/gateway/identity/dev-issuer'
import type { Identity } from '@planet/gateway/identity/identity'
import { createHttpTransport } from '@planet/gateway/subgraphs/http-transport'
import { CALLER_LIMITS } from '@planet/runtime/caller-limits'
import { createLog } from '@planet/runtime/log'
import { newSigningKey } from '@planet/runtime/viewer-keys'
import { keepObjectsYoung } from '@planet/runtime/young-objects'
import type { SubgraphsVariable } from './gateways.ts'

const { PORT, SUPERGRAPH = '', SUBGRAPHS = '{}', ISSUER_HOME = '', VERIFY_TOKENS, MEASURE_GC, MEASURE_HOLDS } = process.env
const subgraphs = JSON.parse(SUBGRAPHS) as SubgraphsVariable

// The peers pass the header on unread, so ours does the same unless it is asked for more.
const identity: Identity =
  VERIFY_TOKENS === '1' ? { kind: 'development', issuer: await openDevIssuer(ISSUER_HOME), people: [] } : { kind: 'subgraphs' }

const PLENTY = { costPerOperation: 1e9, nodesPerOperation: 1e9, costPerMinute: 1e9 }

const gateway = await createGateway({
  ...readConfig(process.env).options,
  supergraphSdl: readFileSync(SUPERGRAPH, 'utf8'),
  transports: Object.fromEntries(Object.entries(subgraphs).map(([name, { url }]) => [name, createHttpTransport(url)])),
  viewerKey: newSigningKey(),
  identity,
  log: createLog({ level: 'error' }),
  graphiql: null,
  // One machine stands for thousands of clients, and the schemas say nothing of how long lists are.
  socketLimits: { socketsPerAddress: 100_000 },
  callerLimits: { ...CALLER_LIMITS, anonymous: PLENTY, user: PLENTY },
})
await gateway.listen({ host: '127.0.0.1', port: Number(PORT) })
// As the platform's own command does.
keepObjectsYoung()

// Ends as the platform's own command does, which leaves its compiled code to the next.
process.once('SIGTERM', () => void gateway.close().then(() => process.connected && process.disconnect()))

if (MEASURE_GC && process.send) {
  const { PerformanceObserver } = await import('node:perf_hooks')
  let pausedMs = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pausedMs += duration
  }).observe({ entryTypes: ['gc'] })
  process.on('message', () => process.send?.({ pausedMs, activeMs: performance.eventLoopUtilization().active }))
}

if (MEASURE_HOLDS && process.send) {
  // Each turn of the loop is timed from the one before; a canary that comes late says by how much.
  const TICK_MS = 1
  const cpuMs = () => process.threadCpuUsage().user / 1000 + process.threadCpuUsage().system / 1000
  let longest = { longestMs: 0, longestCpuMs: 0 }
  let last = performance.now()
  let lastCpu = cpuMs()
  setInterval(() => {
    const [now, cpu] = [performance.now(), cpuMs()]
    longest = {
      longestMs: Math.max(longest.longestMs, now - last - TICK_MS),
      longestCpuMs: Math.max(longest.longestCpuMs, cpu - lastCpu),
    }
    last = now
    lastCpu = cpu
  }, TICK_MS)
  process.on('message', () => {
    process.send?.(longest)
    longest = { longestMs: 0, longestCpuMs: 0 }
  })
}
