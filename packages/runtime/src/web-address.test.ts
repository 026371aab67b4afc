import { expect, it } from 'vitest'
import { isWebAddress } from './web-address.ts'

it('an address leads by https and says all that it says', () => {
  for (const address of ['https://a.example', 'https://a.example/b?c=d#e', `https://a.example/${'x'.repeat(1_982)}`])
    expect(isWebAddress(address), address).toBe(true)
  for (const text of [
    '',
    'a.example',
    'http://a.example',
    'javascript:alert(1)',
    'https://u:p@a.example',
    ' https://a.example',
    'https://a.example/\n<b>',
    'https://a.example/\0',
    'https://a.example/\u202e',
    'https://a.example/\ud800',
    `https://a.example/${'x'.repeat(1_983)}`,
  ])
    expect(isWebAddress(text), text).toBe(false)
})
