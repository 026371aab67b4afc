// Apollo's gateway as fast as it goes without changing it: its executor on node:http, documents parsed and validated once,
// subgraphs reached through undici, no telemetry, no query fragments rebuilt.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { ApolloGateway } from '@apollo/gateway'
import { parse, validate } from 'graphql'
import { Pool } from 'undici'

const MAX_DOCUMENTS = 1_000

class Lean {
  constructor(url) {
    const { origin, pathname } = new URL(url)
    this.pool = new Pool(origin, { connections: 64 })
    this.path = pathname
  }

  async process({ request, context }) {
    const { body } = await this.pool.request({
      method: 'POST',
      path: this.path,
      headers: { 'content-type': 'application/json', authorization: context.authorization },
      body: JSON.stringify({ query: request.query, variables: request.variables }),
    })
    return body.json()
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.env.SUPERGRAPH, 'utf8'),
  buildService: ({ url }) => new Lean(url),
  queryPlannerConfig: { reuseQueryFragments: false },
})
const { executor, schema } = await gateway.load()
const documents = new Map()
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error }

function documentOf(query) {
  const known = documents.get(query)
  if (known) return known
  const document = parse(query)
  const errors = validate(schema, document)
  const definition = document.definitions.find(({ kind }) => kind === 'OperationDefinition')
  const made = { document, errors, definition, queryHash: createHash('sha256').update(query).digest('hex') }
  if (documents.size >= MAX_DOCUMENTS) documents.delete(documents.keys().next().value)
  documents.set(query, made)
  return made
}

async function answer({ query, variables }, authorization) {
  const { document, errors, definition, queryHash } = documentOf(query)
  if (errors.length > 0) return { errors }
  const { data, errors: faults } = await executor({
    document,
    queryHash,
    operationName: definition.name?.value ?? null,
    operation: definition,
    request: { query, variables },
    context: { authorization },
    schema,
    logger,
    metrics: {},
    overallCachePolicy: {},
  })
  return faults ? { data, errors: faults } : { data }
}

createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', async () => {
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    const text = JSON.stringify(await answer(JSON.parse(body.toString()), request.headers.authorization))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
