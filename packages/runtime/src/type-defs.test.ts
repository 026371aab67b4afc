import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { expect, it, onTestFinished } from 'vitest'
import { readTypeDefs, schemaFiles } from './type-defs.ts'

it('joins the schema of a subgraph from its own file and those of its subjects', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planet-subjects-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  for (const subject of ['votes', 'chat', 'domain']) mkdirSync(join(folder, 'src', subject), { recursive: true })
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])'
  write('schema.graphql', `${link} type Query { session: Session } type Session { id: ID! }`)
  write('src/votes/schema.graphql', 'extend type Session { votes: Int! }')
  write('src/chat/schema.graphql', 'extend type Session { bullets: Int! }')
  const url = pathToFileURL(`${folder}/`)
  expect(schemaFiles(url).map(({ href }) => href.slice(url.href.length))).toEqual([
    'schema.graphql',
    'src/chat/schema.graphql',
    'src/votes/schema.graphql',
  ])
  const session = buildSubgraphSchema(parse(readTypeDefs(url))).getType('Session')
  expect(session && 'getFields' in session && Object.keys(session.getFields())).toEqual(['id', 'bullets', 'votes'])
})
