// Mercurius' gateway with its jit, the client's authorization goes along.
import mercuriusGateway from '@mercuriusjs/gateway'
import Fastify from 'fastify'

const services = Object.entries(JSON.parse(process.env.SUBGRAPHS)).map(([name, { url, schema }]) => ({
  name,
  url,
  schema,
  mandatory: true,
  connections: 64,
  rewriteHeaders: ({ authorization }) => (authorization ? { authorization } : {}),
}))
const app = Fastify()
app.register(mercuriusGateway, { gateway: { services }, jit: 1, graphiql: false })
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
