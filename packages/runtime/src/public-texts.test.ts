import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { publicCode, publicText } from './public-texts.ts'

const NONE: ReadonlySet<string> = new Set()
const ROOT = new URL('../../../', import.meta.url)
/** What it refuses goes to whoever is not the gateway. */
const OWN_DOOR = ['packages/runtime/src/serve.ts', 'packages/runtime/src/viewer-token.ts']

/** Calls of `codedError` with a text, in what subgraphs are made of. */
function writtenTexts() {
  const files = globSync(['subgraphs/*/src/**/*.ts', 'packages/runtime/src/**/*.ts'], { cwd: ROOT }).filter(
    (file) => !file.endsWith('.test.ts') && !file.includes('/testing/') && !OWN_DOOR.includes(file),
  )
  return files.flatMap((file) => {
    const source = readFileSync(new URL(file, ROOT), 'utf8')
    return [...source.matchAll(/codedError\(\s*'([A-Z_]+)',\s*(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g)].map(
      ([, code = '', plain, template = '']) => ({ file, code, text: (plain ?? template).replaceAll('\\`', '`') }),
    )
  })
}

/** A text with its places filled in, in every way that one of them could be meant. */
function filled(text: string): readonly string[] {
  const place = /\$\{[^}]*\}/.exec(text)?.[0]
  return place === undefined ? [text] : ['7', 'name', 'analyst'].flatMap((value) => filled(text.replace(place, value)))
}

it('takes every text that subgraphs write for public, so that clients are told what is wrong', () => {
  const written = writtenTexts()
  expect(written.length).toBeGreaterThan(20)
  const names = new Set(['name'])
  const replaced = written.filter(({ code, text }) => {
    const known = publicCode(code)
    if (known !== code || known === 'INTERNAL') return false
    return !filled(text).some((each) => publicText(known, each, names) === each)
  })
  expect(replaced).toEqual([])
})

it('puts the general text of the code in the place of any other, however like ours', () => {
  for (const text of [
    'select * from person',
    'This needs the role `root`.',
    'This needs the role `admin`. select 1',
    ' No such circle.',
    'No such circle.\n',
    '`first` must be 1 to secret.',
    '`name` names something that is not there.',
    '`a.b` names something that is not there.',
    'x'.repeat(100_000),
    '',
    undefined,
    5,
  ]) {
    expect(publicText('BAD_USER_INPUT', text, NONE)).toBe('An argument or a variable is not valid.')
    expect(publicText('FORBIDDEN', text, NONE)).toBe('This is not for the viewer.')
  }
  expect(publicText('BAD_USER_INPUT', '`name` names something that is not there.', new Set(['name']))).toContain('`name`')
  // A text is public with its own code.
  expect(publicText('FORBIDDEN', 'No such circle.', NONE)).toBe('This is not for the viewer.')
})

it('says which variable a scalar refused, where and why, and never its value', () => {
  const reason = 'Duration must be ISO 8601 in days, hours, minutes and seconds, e.g. P10D or PT4H.'
  const names = new Set(['input', 'targets', 'horizon'])
  const told = (text: string) => publicText('BAD_USER_INPUT', text, names)
  expect(told(`Variable "$input" got invalid value "secret; x" at "input.horizon"; ${reason}`)).toBe(
    `Variable "$input" got an invalid value at "input.horizon"; ${reason}`,
  )
  expect(told(`Variable "$input" got invalid value "${'x'.repeat(10_000)}" at "input.targets[1].horizon"; ${reason}`)).toBe(
    `Variable "$input" got an invalid value at "input.targets[1].horizon"; ${reason}`,
  )
  expect(told(`Variable "$horizon" got invalid value 5; Duration must be a string.`)).toBe(
    'Variable "$horizon" got an invalid value; Duration must be a string.',
  )
  expect(told(`Variable "$input" got invalid value 1 at "input.secret"; ${reason}`)).not.toContain('secret')
  for (const text of [
    `Variable "$secret" got invalid value 1; ${reason}`,
    'Variable "$input" got invalid value 1; select * from secret',
    `Variable "$input" got invalid value 1; ${reason} secret`,
  ])
    expect(told(text)).toBe('An argument or a variable is not valid.')
})

it('knows the codes that a subgraph may give, and takes any other for INTERNAL', () => {
  expect(['FORBIDDEN', 'CURSOR_EXPIRED', 'UNAVAILABLE'].map(publicCode)).toEqual(['FORBIDDEN', 'CURSOR_EXPIRED', 'UNAVAILABLE'])
  for (const code of ['OPERATION_NOT_LISTED', 'COST_EXCEEDED', 'SECRET', 'constructor', '__proto__', '', undefined, null, 7, {}])
    expect(publicCode(code)).toBe('INTERNAL')
})
