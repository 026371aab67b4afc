import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const PLACES = ['*.md', '{docs,schema}/**/*.md', '{bench,examples/*,subgraphs/*}/README.md']
const documents = PLACES.flatMap((pattern) => globSync(pattern, { cwd: root })).sort()

/** A document without what is code in blocks of its own. */
const proseOf = (path: string) => read(path).replace(/^```[\s\S]*?^```/gm, '')
/** As pages of repositories name the places of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
const anchorsOf = (path: string) => [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

describe('the documents', () => {
  it.each(documents)('%s has no link that leads nowhere', (document) => {
    const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const lost = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? document : join(dirname(document), path)
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })
    expect(lost).toEqual([])
  })
})

/** What stands between backticks outside of blocks, with the first cell of its row where it stands in a table. */
const namesIn = (document: string) =>
  proseOf(document)
    .split('\n')
    .flatMap((line) => {
      const row = /^\| `([^`]+)` \|/.exec(line)?.[1] ?? null
      return [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ name, row }))
    })

describe.each(['README.md', 'CONTRIBUTING.md'])('%s', (document) => {
  const names = namesIn(document)

  it('names no file and no folder that is not there', () => {
    const paths = names.filter(({ name }) => /^(\w[\w.-]*\/)+[\w.-]*$/.test(name))
    expect(paths.length).toBeGreaterThan(10)
    // In a row of folders a name is that of one within; else what every subgraph or subject has is that of one of them.
    const isThere = (name: string, row: string | null) =>
      existsSync(join(root, name)) ||
      globSync(row === null ? `subgraphs/*/{,src/,src/*/}${name}` : `{${row},subgraphs/*/src/}**/${name}`, { cwd: root }).length >
        0
    expect(paths.filter(({ name, row }) => !isThere(name, row)).map(({ name }) => name)).toEqual([])
  })

  it('names no command and no test project that is not there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const projects = [...globSync('subgraphs/*', { cwd: root }).map((path) => path.slice('subgraphs/'.length))]
    const known = new Set([...projects, 'runtime', 'gateway', 'platform', 'bench', 'tests', 'processes', 'NAME'])
    const commands = names.map(({ name }) => name).filter((name) => name.startsWith('npm '))
    expect(commands.length).toBeGreaterThan(3)
    const lost = commands.filter((command) => {
      const [, script = ''] = /^npm (?:run (?:-s )?)?([\w:-]+)/.exec(command) ?? []
      const [, project = 'tests'] = /--project (\w+)/.exec(command) ?? []
      return !(script in scripts) || !known.has(project)
    })
    expect(lost).toEqual([])
  })

  it('names no test that is not there', () => {
    const commands = names.map(({ name }) => name).filter((name) => name.startsWith('npm test -- --project '))
    const files = commands.flatMap((command) => command.split(' ').slice(5))
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })
})
