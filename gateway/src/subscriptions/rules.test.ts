import { buildSchema } from 'graphql'
import { expect, it } from 'vitest'
import { readRules } from './rules.ts'

const DELIVERY = 'enum DeliveryKind { LOG STATE } directive @delivery(kind: DeliveryKind!) on FIELD_DEFINITION'
const EVENT = 'type Event { cursor: String! } type Lossy { seq: Int! }'
const news = 'news(after: String): Event @delivery(kind: LOG)'
const apiOf = (fields: string) => buildSchema(`${DELIVERY} ${EVENT} type Query { a: Int } type Subscription { ${fields} }`)

it('a LOG that cannot be gone on with is refused, with its name', () => {
  const lossy = `${news} gossip: Lossy @delivery(kind: LOG)`
  expect(() => readRules(`type Subscription { ${lossy} }`, apiOf(lossy))).toThrow(
    'lack an argument `after` or a payload with `cursor`: gossip.',
  )
})

it('a LOG that is no part of the API is not asked for how it is gone on with', () => {
  const supergraph = `type Subscription { ${news} secret(after: String): Secret @delivery(kind: LOG) @inaccessible }`
  const { deliveryOf } = readRules(supergraph, apiOf(news))
  expect([deliveryOf('news'), deliveryOf('secret')]).toEqual(['LOG', null])
})
