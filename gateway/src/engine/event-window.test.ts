import { codedError } from '@planet/runtime/errors'
import { GraphQLError } from 'graphql'
import { describe, expect, it } from 'vitest'
import type { SubgraphAnswer, SubgraphOperation } from '../subgraphs/subgraph-operation.ts'
import { createEventWindow } from './event-window.ts'

const call = { viewer: null, requestId: 'test', signal: new AbortController().signal }
const QUERY =
  'query($representations:[_Any!]!,$size:Int){_entities(representations:$representations){...on User{name(size:$size)}}}'
const user = (id: string) => ({ __typename: 'User', id })
const operation = (ids: readonly string[], size = 1): SubgraphOperation => ({
  query: QUERY,
  variables: { representations: ids.map(user), size },
})

/** A subgraph that knows every user, unless told otherwise. */
function startWindow(answer: (ids: readonly string[]) => SubgraphAnswer = namesOf) {
  const asked: (readonly string[])[] = []
  const { fetch } = createEventWindow({
    async fetch(_, { variables = {} }) {
      // The operations above have no other form.
      const ids = (variables.representations as { id: string }[]).map(({ id }) => id)
      asked.push(ids)
      return answer(ids)
    },
    subscribe: () => Promise.reject(new Error('not here')),
  })
  return { asked, ask: (ids: readonly string[], size?: number) => fetch('people', operation(ids, size), call) }
}
const namesOf = (ids: readonly string[]): SubgraphAnswer => ({ data: { _entities: ids.map((id) => ({ name: id })) } })

describe('a window of events', () => {
  it('asks for each entity once, and gives each event its own objects', async () => {
    const { asked, ask } = startWindow()
    const answers = await Promise.all([ask(['a', 'b']), ask(['b', 'c']), ask(['a'])])
    expect(asked).toEqual([['a', 'b', 'c']])
    expect(answers).toEqual([['a', 'b'], ['b', 'c'], ['a']].map(namesOf))
    const entities = answers.flatMap(({ data }) => data?._entities as object[])
    expect(new Set(entities).size).toBe(entities.length)
  })

  it('does not mix what is asked with other variables', async () => {
    const { asked, ask } = startWindow()
    await Promise.all([ask(['a'], 1), ask(['a'], 2), ask(['b'], 1)])
    expect(asked).toEqual([['a', 'b'], ['a']])
  })

  it('asks again for what is asked later', async () => {
    const { asked, ask } = startWindow()
    await Promise.all([ask(['a']), ask(['a'])])
    await Promise.all([ask(['a']), ask(['b'])])
    expect(asked).toEqual([['a'], ['a', 'b']])
  })

  it('gives an error to the events that it concerns, at their own place', async () => {
    const { ask } = startWindow((ids) => ({
      data: { _entities: ids.map((id) => (id === 'b' ? null : { name: id })) },
      errors: [new GraphQLError('No b.', { path: ['_entities', ids.indexOf('b'), 'name'], extensions: { code: 'FORBIDDEN' } })],
    }))
    const [first, second, third] = await Promise.all([ask(['a', 'b']), ask(['b', 'c']), ask(['c'])])
    expect(first?.errors).toMatchObject([{ path: ['_entities', 1, 'name'], extensions: { code: 'FORBIDDEN' } }])
    expect(second?.errors).toMatchObject([{ path: ['_entities', 0, 'name'] }])
    expect(second?.data?._entities).toEqual([null, { name: 'c' }])
    expect(third).toEqual(namesOf(['c']))
  })

  it('gives an error at each place of an event that asks for the same twice', async () => {
    const { ask } = startWindow((ids) => ({
      data: { _entities: ids.map(() => null) },
      errors: ids.map(
        (id, index) => new GraphQLError(`No ${id}.`, { path: ['_entities', index], extensions: { code: 'FORBIDDEN' } }),
      ),
    }))
    const [first] = await Promise.all([ask(['a', 'b', 'a']), ask(['b'])])
    expect(first?.errors?.map(({ message, path }) => [message, path?.[1]])).toEqual([
      ['No a.', 0],
      ['No a.', 2],
      ['No b.', 1],
    ])
  })

  it('asks apart when a request was refused whole, so that the others have their answer', async () => {
    const refusal = { data: null, errors: [codedError('FORBIDDEN', 'Not b.')] }
    const { asked, ask } = startWindow((ids) => (ids.includes('b') ? refusal : namesOf(ids)))
    expect(await Promise.all([ask(['a']), ask(['b']), ask(['c'])])).toEqual([namesOf(['a']), refusal, namesOf(['c'])])
    expect(asked).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
  })

  it('does not ask a subgraph again that does not answer', async () => {
    const silence = { errors: [codedError('UNAVAILABLE', 'Not now.')] }
    const { asked, ask } = startWindow(() => silence)
    expect(await Promise.all([ask(['a']), ask(['b'])])).toEqual([silence, silence])
    expect(asked).toHaveLength(1)
  })

  it('asks for so many entities at most in one request', async () => {
    const { asked, ask } = startWindow()
    const ids = (event: number) => Array.from({ length: 400 }, (_, i) => `${event}-${i}`)
    const answers = await Promise.all([0, 1, 2, 3, 4].map((event) => ask(ids(event))))
    expect(asked.map((each) => each.length)).toEqual([800, 800, 400])
    expect(answers).toEqual([0, 1, 2, 3, 4].map((event) => namesOf(ids(event))))
  })
})
