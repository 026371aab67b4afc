import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const subgraphs = readdirSync(join(root, 'subgraphs'))

const sourcesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (file) =>
        file.isFile() &&
        /\.tsx?$/.test(file.name) &&
        !file.parentPath.includes('node_modules') &&
        !file.parentPath.includes('/generated'),
    )
    .map((file) => relative(root, join(file.parentPath, file.name)))

/** What a file imports, types included: package names as they stand, relative imports as paths from the root. */
function importsOf(file: string): { specifier: string; isTypeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\('([^']+)'\)/g,
  )
  return [...found].map(([, , type, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? ''
    return {
      specifier: specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
      isTypeOnly: type !== undefined,
    }
  })
}

const isTest = (file: string) => file.endsWith('.test.ts') || file.includes('/test/') || file.includes('/testing/')

describe('who may import whom', () => {
  it.each(subgraphs)('%s imports no other subgraph and neither gateway nor platform', (name) => {
    const strangers = sourcesBelow(`subgraphs/${name}`).flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) =>
          specifier.startsWith('@planet/')
            ? !specifier.startsWith('@planet/runtime/')
            : /^(subgraphs|gateway|platform|packages)\//.test(specifier) && !specifier.startsWith(`subgraphs/${name}/`),
        )
        .map(({ specifier }) => `${file} → ${specifier}`),
    )
    expect(strangers).toEqual([])
  })

  it('the runtime imports nothing of the platform', () => {
    const strangers = sourcesBelow('packages/runtime').flatMap((file) =>
      importsOf(file).filter(
        ({ specifier }) => specifier.startsWith('@planet/') || /^(subgraphs|gateway|platform)\//.test(specifier),
      ),
    )
    expect(strangers).toEqual([])
  })

  it('the gateway imports no subgraph and not the platform', () => {
    const strangers = sourcesBelow('gateway').flatMap((file) =>
      importsOf(file).filter(
        ({ specifier }) => /^@planet\/(?!runtime\/|gateway\/)/.test(specifier) || /^(subgraphs|platform)\//.test(specifier),
      ),
    )
    expect(strangers).toEqual([])
  })

  it('the sandbox reaches the subgraphs through the public API only', () => {
    const strangers = sourcesBelow('platform/src/sandbox').flatMap((file) =>
      importsOf(file).filter(({ specifier }) => /^@planet\/(?!runtime\/)/.test(specifier)),
    )
    expect(strangers).toEqual([])
  })

  it('production code imports no test code', () => {
    const files = ['packages', 'subgraphs', 'gateway', 'platform'].flatMap(sourcesBelow).filter((file) => !isTest(file))
    const strangers = files.flatMap((file) =>
      importsOf(file)
        .filter(
          ({ specifier }) =>
            specifier.includes('/testing/') ||
            specifier.endsWith('.test.ts') ||
            specifier === 'vitest' ||
            specifier === 'fast-check',
        )
        .map(({ specifier }) => `${file} → ${specifier}`),
    )
    expect(strangers).toEqual([])
  })
})

describe('domain code', () => {
  const domain = subgraphs
    .flatMap((name) => sourcesBelow(`subgraphs/${name}/src`))
    .filter((file) => file.includes('/domain/') && !file.endsWith('.test.ts'))
  const ALLOWED = /^@planet\/runtime\/(decimal|ids|instant|links|plain-text|random|refusals|stored-text)$/

  it('imports only other domain code, arithmetic, ids and what texts hold', () => {
    const strangers = domain.flatMap((file) =>
      importsOf(file)
        .filter(
          ({ specifier, isTypeOnly }) => !ALLOWED.test(specifier) && !/^subgraphs\/.*\/domain\//.test(specifier) && !isTypeOnly,
        )
        .map(({ specifier }) => `${file} → ${specifier}`),
    )
    expect(strangers).toEqual([])
  })

  it('does not wait, ask the time, draw at random or read the environment', () => {
    const impure = /\bawait\b|\basync\b|\bPromise\b|Date\.now|new Date\(\)|Math\.random|process\.|console\./
    expect(domain.filter((file) => impure.test(stripComments(readFileSync(join(root, file), 'utf8'))))).toEqual([])
  })

  it('uses neither `any`, nor `!`, nor a cast', () => {
    const loose = /: any\b|<any>|\bas (?!const\b)[A-Z]\w*|\w!(?=[.;,)\]])/
    expect(
      domain.filter((file) => !file.includes('fixtures') && loose.test(stripComments(readFileSync(join(root, file), 'utf8')))),
    ).toEqual([])
  })
})

const stripComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

describe('the tree', () => {
  it('has the five product subgraphs and the two of the platform', () => {
    expect(subgraphs.sort()).toEqual(['circles', 'creators', 'incentives', 'insights', 'live', 'posts', 'trading'])
  })

  it('mocks no module', () => {
    const tests = ['packages', 'subgraphs', 'gateway', 'platform', 'tests']
      .flatMap(sourcesBelow)
      .filter((file) => file !== 'tests/architecture.test.ts')
    expect(tests.filter((file) => /vi\.(mock|doMock)\(/.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
  })

  it('waits in tests with one patience, which costs nothing where the machine is quick', () => {
    const impatient = /vi\.(waitFor|waitUntil)\(|\.poll\([^;]*?timeout:/
    const tests = ['packages', 'subgraphs', 'gateway', 'platform', 'bench', 'tests', 'examples']
      .flatMap(sourcesBelow)
      .filter(
        (file) => isTest(file) && !['tests/architecture.test.ts', 'packages/runtime/src/testing/patience.ts'].includes(file),
      )
    expect(tests.filter((file) => impatient.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
  })

  it.each(subgraphs)('%s has the anatomy of every subgraph', (name) => {
    const files = readdirSync(join(root, 'subgraphs', name))
    expect(files).toEqual(expect.arrayContaining(['README.md', 'drizzle', 'package.json', 'schema.graphql', 'src', 'test']))
    expect(readdirSync(join(root, 'subgraphs', name, 'src'))).toEqual(
      expect.arrayContaining(['context.ts', 'db', 'loaders.ts', 'resolvers', 'subgraph.ts']),
    )
    expect(globSync('{mappers.ts,*/mappers.ts}', { cwd: join(root, 'subgraphs', name, 'src') })).not.toEqual([])
  })
})
