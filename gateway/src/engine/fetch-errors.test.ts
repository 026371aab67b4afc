import { GraphQLError } from 'graphql'
import { expect, it } from 'vitest'
import { EntityBatch } from './compiling/entity-batch.ts'
import { errorsOfEntities } from './fetch-errors.ts'

it("told nobody of an entity's error once another fetch had put null for what the entity was asked with", () => {
  const item: Record<string, unknown> = { __typename: 'Item', id: '1', peer: { price: 'x' } }
  const represent = (entity: unknown) => JSON.stringify(entity)
  const batch = new EntityBatch(null)
  batch.targets.push(item)
  batch.indices.push(batch.representations.push(represent(item)) - 1)
  batch.indexOf.set(represent(item), 0)
  const fetch = { path: ['item'], steps: [], conditions: [] } as never

  item.peer = null

  const failed = new GraphQLError('eur failed', { path: ['_entities', 0, 'eur'] })
  const request = {
    service: 'a',
    text: { fields: [{ alias: '_entities', variable: 'r' }] },
    fields: [{ fetches: [{ fetch, represent }], batch }],
  }
  expect(errorsOfEntities([failed], request, { item }).map(({ message, path }) => ({ message, path }))).toEqual([
    { message: 'eur failed', path: ['item', 'eur'] },
  ])
})
