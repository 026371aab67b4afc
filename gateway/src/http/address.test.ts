import { expect, it } from 'vitest'
import { addressOf } from './address.ts'

it('is that of the connection, whatever a request says, where no proxy is trusted', () => {
  expect(addressOf('192.0.2.1', '203.0.113.9', 0)).toBe('192.0.2.1')
})

it('is what the outermost trusted proxy has seen, and not what a client wrote before', () => {
  expect(addressOf('10.0.0.1', '203.0.113.9', 1)).toBe('203.0.113.9')
  expect(addressOf('10.0.0.1', '6.6.6.6, 203.0.113.9', 1)).toBe('203.0.113.9')
  expect(addressOf('10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', 2)).toBe('203.0.113.9')
})

it('is that of the connection where a proxy says nothing, or no address', () => {
  expect(addressOf('10.0.0.1', undefined, 1)).toBe('10.0.0.1')
  expect(addressOf('10.0.0.1', 'unknown', 1)).toBe('10.0.0.1')
  expect(addressOf(undefined, undefined, 0)).toBe('')
})

it('is one for all of a network that one client may have to itself', () => {
  expect(addressOf('2001:db8:1:2:3:4:5:6', undefined, 0)).toBe('2001:db8:1:2::/64')
  expect(addressOf('2001:db8:1:2::6', undefined, 0)).toBe('2001:db8:1:2::/64')
  expect(addressOf('::1', undefined, 0)).toBe('0:0:0:0::/64')
  expect(addressOf('::ffff:192.0.2.1', undefined, 0)).toBe('192.0.2.1')
})
