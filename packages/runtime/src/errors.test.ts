import { GraphQLError } from 'graphql'
import { expect, it } from 'vitest'
import { codedError, maskError } from './errors.ts'

const overflow = () => {
  const dive = (): number => 1 + dive()
  try {
    dive()
  } catch (error) {
    return error
  }
  throw new Error('the stack has an end')
}

it.each([
  ['a stack that is full', overflow()],
  ['a stack that was full in a field', new GraphQLError('x', { path: ['a'], originalError: overflow() as Error })],
  ['a text that is too long', new RangeError('Invalid string length')],
])('does not call our fault what is beyond this process: %s', (_, error) => {
  const reported: unknown[] = []
  const masked = maskError(error, (original) => reported.push(original))
  expect(masked.extensions).toEqual({ code: 'BAD_USER_INPUT' })
  expect(masked.message).not.toContain('stack')
  expect(reported).toEqual([expect.any(RangeError)])
})

it('hides any other fault, and passes on what is coded', () => {
  const mask = (error: unknown) => maskError(error, () => {}).extensions.code
  expect(mask(new TypeError('x is not a function'))).toBe('INTERNAL')
  expect(mask(codedError('CONFLICT', 'Taken.'))).toBe('CONFLICT')
})
