// Hive Gateway with its Rust planner (--hive-router-runtime), the client's authorization goes along.
import { defineConfig } from '@graphql-hive/gateway'

const deduplicates = process.env.DEDUPLICATE === '1'

export const gatewayConfig = defineConfig({
  propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }) },
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: deduplicates } } },
  inboundInflightRequestDeduplication: deduplicates,
  logging: 'error',
  graphiql: false,
  landingPage: false,
})
