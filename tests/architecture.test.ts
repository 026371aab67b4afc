import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const subgraphs = readdirSync(join(root, 'subgraphs'))

const sourcesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (file) =>
        file.isFile() &&
        /\.(tsx?|mjs)$/.test(file.name) &&
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
        .filter(({ specifier }) => isTest(specifier) || specifier === 'vitest' || specifier === 'fast-check')
        .map(({ specifier }) => `${file} → ${specifier}`),
    )
    expect(strangers).toEqual([])
  })
})

const ALL_SOURCES = ['packages', 'subgraphs', 'gateway', 'platform', 'bench', 'examples', 'scripts', 'tests']

/** The file that a package name stands for, or the path itself. */
function fileOf(specifier: string): string {
  const [, name = '', path = ''] = /^@planet\/([^/]+)\/(.+)$/.exec(specifier) ?? []
  if (!name) return specifier
  const folder = name === 'runtime' ? 'packages/runtime' : subgraphs.includes(name) ? `subgraphs/${name}` : name
  return path.startsWith('test/') ? `${folder}/${path}.ts` : `${folder}/src/${path}.ts`
}

/** The shortest way along `imports` from `file` back to itself; null if there is none. */
function circleThrough(file: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const ways = [[file]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of imports.get(way.at(-1) ?? file) ?? []) {
      if (next === file) return way
      if (!seen.has(next)) ways.push([...way, next])
      seen.add(next)
    }
  }
  return null
}

describe('imports', () => {
  const files = ALL_SOURCES.flatMap(sourcesBelow)
  const imports = new Map(files.map((file) => [file, importsOf(file).map(({ specifier }) => fileOf(specifier))]))

  it('lead to files that are looked at here, but for what is generated', () => {
    const isStrange = (file: string) => /\.(tsx?|mjs)$/.test(file) && !file.includes('/generated/') && !imports.has(file)
    expect([...imports].flatMap(([file, all]) => all.filter(isStrange).map((other) => `${file} → ${other}`))).toEqual([])
  })

  it('form no circle, not even of types', () => {
    const circles = files.map((file) => circleThrough(file, imports) ?? []).filter((circle) => circle.length > 0)
    expect(new Set(circles.map((circle) => circle.toSorted().join(' ⇄ ')))).toEqual(new Set())
  })
})

/** Folders of a subgraph's sources that are no subject. */
const NO_SUBJECTS = ['db', 'domain', 'generated', 'resolvers']
const foldersOf = (folder: string) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
const subjectsOf = (name: string) => foldersOf(`subgraphs/${name}/src`).filter((folder) => !NO_SUBJECTS.includes(folder))
/** Those that have more than one noun. */
const cut = subgraphs.filter((name) => subjectsOf(name).length > 0)
const MAX_SCHEMA_LINES = 300

describe.each(cut)('the subjects of %s', (name) => {
  const src = `subgraphs/${name}/src`
  const subjects = subjectsOf(name)
  const hasFile = (path: string) => existsSync(join(root, src, path))
  const linesOf = (path: string) => readFileSync(join(root, path), 'utf8').trimEnd().split('\n')
  const subjectOf = (file: string) => subjects.find((subject) => file.startsWith(`${src}/${subject}/`)) ?? null
  const crossings = sourcesBelow(src).flatMap((file) =>
    importsOf(file).flatMap(({ specifier }) => {
      const [from, to] = [subjectOf(file), subjectOf(specifier)]
      return from && to && from !== to ? [{ from, to, file, specifier }] : []
    }),
  )

  it('import of each other domains, reads of tables and events, never what writes or resolves', () => {
    const isOpen = /^[^/]+\/(domain\/.+|db\/(?!(.*-)?writes\.ts$).+|events\.ts)$/
    const strangers = crossings.filter(({ specifier }) => !isOpen.test(specifier.slice(src.length + 1)))
    expect(strangers.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([])
  })

  it('read of each other by what writes nothing', () => {
    const writes = /\.(insert|update|delete)\(|\binsert into\b|\bdelete from\b|\bupdate \$\{/
    const read = new Set(crossings.map(({ specifier }) => specifier).filter((file) => file.includes('/db/')))
    expect([...read].filter((file) => writes.test(stripComments(readFileSync(join(root, file), 'utf8'))))).toEqual([])
  })

  it('form no circle, and stand on `copies`, which imports none of them and shows nothing by itself', () => {
    const others = (subject: string) => [...new Set(crossings.filter(({ from }) => from === subject).map(({ to }) => to))]
    const floors = new Map(subjects.map((subject) => [subject, others(subject)]))
    expect(subjects.flatMap((subject) => circleThrough(subject, floors) ?? [])).toEqual([])
    expect(floors.get('copies')).toEqual([])
    expect(hasFile('copies/schema.graphql')).toBe(false)
  })

  it('have the anatomy of a small subgraph each', () => {
    const faults = subjects.flatMap((subject) => [
      ...(hasFile(`${subject}/db`) || hasFile(`${subject}/domain`) ? [] : [`${subject} has neither tables nor rules`]),
      ...(hasFile(`${subject}/schema.graphql`) === hasFile(`${subject}/resolvers/index.ts`)
        ? []
        : [`${subject} has a schema without resolvers, or the reverse`]),
    ])
    expect(faults).toEqual([])
  })

  it('leave to the folders above them only what joins them, and the tables that all of them share', () => {
    expect(hasFile('domain')).toBe(false)
    expect(readdirSync(join(root, src, 'db'))).toEqual(['tables.ts'])
    expect(readdirSync(join(root, src, 'resolvers'))).toEqual(['index.ts'])
  })

  it('have no table outside of a `db/tables.ts`', () => {
    const files = sourcesBelow(src).filter((file) => /\bschema\.table\(/.test(readFileSync(join(root, file), 'utf8')))
    expect(files.filter((file) => !file.endsWith('/db/tables.ts'))).toEqual([])
  })

  it('are each mapped by the README', () => {
    const readme = readFileSync(join(root, `subgraphs/${name}/README.md`), 'utf8')
    expect(subjects.filter((subject) => !new RegExp(`^\\| \`(src/)?${subject}\` +\\|`, 'm').test(readme))).toEqual([])
  })

  it(`have at most ${MAX_SCHEMA_LINES} lines of schema each, and its header is written once, above them`, () => {
    const parts = globSync(`${src}/*/schema.graphql`, { cwd: root })
    const texts = [`subgraphs/${name}/schema.graphql`, ...parts].map((path) => ({ path, lines: linesOf(path) }))
    expect(texts.filter(({ lines }) => lines.length > MAX_SCHEMA_LINES).map(({ path }) => path)).toEqual([])
    const isHeader = (line: string) => /^extend schema\b|^\s*@(link|composeDirective)\(/.test(line)
    expect(texts.filter(({ lines }) => lines.some(isHeader)).map(({ path }) => path)).toEqual([
      `subgraphs/${name}/schema.graphql`,
    ])
    expect(texts[0]?.lines.filter((line) => line.startsWith('extend schema'))).toHaveLength(1)
  })
})

describe('the gateway', () => {
  const entries = readdirSync(join(root, 'gateway/src'), { withFileTypes: true })

  it('has a room for each part of a request’s way', () => {
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(rooms.sort()).toEqual(['admission', 'engine', 'graphiql', 'http', 'identity', 'subgraphs', 'subscriptions'])
  })

  it('has no loose files but those that join its rooms, or that several of them stand on', () => {
    const loose = entries.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/(\.test)?\.ts$/, ''))
    expect([...new Set(loose)].sort()).toEqual([
      'abandonment',
      'answer',
      'config',
      'deadline',
      'gateway',
      'masking',
      'metrics',
      'operations',
      'public-reads',
    ])
  })
})

describe('domain code', () => {
  const domain = subgraphs
    .flatMap((name) => sourcesBelow(`subgraphs/${name}/src`))
    .filter((file) => file.includes('/domain/') && !file.endsWith('.test.ts'))
  const ALLOWED = /^@planet\/runtime\/(decimal|ids|instant|links|plain-text|random|refusals|stored-text|web-address)$/

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
