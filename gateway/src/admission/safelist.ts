import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** Texts of operations by the hexadecimal SHA-256 of each. */
export type Safelist = ReadonlyMap<string, string>

/** The hexadecimal SHA-256 by which a text of an operation is known. */
export const hashOf = (text: string): string => hash('sha256', text)

const Manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
})
const TextById = z.record(z.string(), z.string())

/**
 * Reads the operations that may be run: a folder of `.graphql` files with one text each, or a JSON file that is a persisted
 * query manifest of Apollo's tools or an object of texts by hash. Throws a message that names the file for anything else,
 * and for an id that is not the SHA-256 of its text.
 */
export function readSafelist(path: string): Safelist {
  return statSync(path).isDirectory() ? readFolder(path) : readManifest(path)
}

function readFolder(folder: string): Safelist {
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'))
  if (names.length === 0) throw new Error(`${folder} holds no .graphql file.`)
  return new Map(
    names.map((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      return [hashOf(text), text]
    }),
  )
}

function readManifest(file: string): Safelist {
  const entries = entriesOf(readJson(file))
  if (!entries) throw new Error(`${file} is neither a persisted query manifest nor an object of texts by hash.`)
  const wrong = entries.find(([id, text]) => id !== hashOf(text))
  if (wrong) throw new Error(`${file}: the id ${wrong[0]} is not the hexadecimal SHA-256 of its operation.`)
  return new Map(entries)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON.`, { cause })
  }
}

function entriesOf(content: unknown): (readonly [string, string])[] | null {
  const manifest = Manifest.safeParse(content)
  if (manifest.success) return manifest.data.operations.map(({ id, body }) => [id, body] as const)
  const texts = TextById.safeParse(content)
  return texts.success ? Object.entries(texts.data) : null
}
