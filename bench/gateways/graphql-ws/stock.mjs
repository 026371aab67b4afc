// One schema behind `useServer` of graphql-ws, as its documentation sets it up. The author of a story is asked of the other
// service per subscriber and event, over kept-alive connections, as a resolver does.
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { Pool } from 'undici'
import { WebSocketServer } from 'ws'

const { PORT, SUBGRAPHS } = process.env
const authors = new URL(JSON.parse(SUBGRAPHS).authors.url)
const pool = new Pool(authors.origin, { connections: 50 })

const schema = buildSchema(`
  type Query { storyCount: Int! }
  type Subscription { storyPublished(after: String): StoryPublished!  bulkPublished(after: String): BulkPublished! }
  type StoryPublished { seq: Int!  cursor: String!  title: String!  body: String!  brief: String!  author: Author }
  type BulkPublished { seq: Int!  cursor: String!  blob: String! }
  type Author { id: ID!  name: String! }`)

/** Everything that is published, to everybody who subscribes. */
const subscribers = { storyPublished: new Set(), bulkPublished: new Set() }
process.on('message', ({ field, payload }) => {
  for (const push of subscribers[field]) push({ [field]: payload })
})

function listen(field) {
  const queue = []
  let wake = null
  const push = (value) => {
    if (!wake) return queue.push(value)
    wake({ value, done: false })
    wake = null
  }
  subscribers[field].add(push)
  return {
    next: () =>
      queue.length > 0
        ? Promise.resolve({ value: queue.shift(), done: false })
        : new Promise((resolve) => {
            wake = resolve
          }),
    return() {
      subscribers[field].delete(push)
      wake?.({ value: undefined, done: true })
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const { storyPublished, bulkPublished } = schema.getSubscriptionType().getFields()
storyPublished.subscribe = () => listen('storyPublished')
bulkPublished.subscribe = () => listen('bulkPublished')
schema.getType('StoryPublished').getFields().author.resolve = async ({ author }) => {
  const { body } = await pool.request({
    method: 'POST',
    path: authors.pathname,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query ($id: ID!) { author(id: $id) { id name } }', variables: { id: author.id } }),
  })
  return (await body.json()).data.author
}

const server = createServer((_, response) => response.end('ready'))
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))
server.listen(Number(PORT), '127.0.0.1')
