import { expect, it } from 'vitest'
import { joinResolvers } from './join-resolvers.ts'

const one = () => 1
const two = () => 2

it('has the fields of a type side by side, whichever subject knows them', () => {
  expect(joinResolvers({ Query: { one }, Post: { one } }, { Query: { two } })).toEqual({
    Query: { one, two },
    Post: { one },
  })
})

it('refuses a field that two subjects resolve, also with the same function', () => {
  expect(() => joinResolvers({ Query: { one } }, { Query: { one } })).toThrow('Query.one is resolved by two subjects')
})
