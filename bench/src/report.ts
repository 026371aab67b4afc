import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

const FILE = new URL('../RESULTS.md', import.meta.url)
const TITLE =
  '# Results of `npm run bench`\n\nWritten by the commands that measure; each replaces its own section. Absolute figures are those of one machine on one day: the ratios are the point.\n'

/** Replaces the section `## title` of `bench/RESULTS.md`, or adds it, and shows it. */
export function writeSection(title: string, lines: readonly string[]): void {
  const text = `## ${title}\n\n${machine()}\n\n${lines.join('\n')}\n`
  const sections = existsSync(FILE)
    ? readFileSync(FILE, 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
    : []
  const at = sections.findIndex((section) => section.startsWith(`## ${title}\n`))
  const others = sections.map((section) => section.trimEnd())
  const next = at < 0 ? [...others, text] : others.with(at, text)
  writeFileSync(FILE, `${[TITLE, ...next].map((section) => section.trimEnd()).join('\n\n')}\n`)
  console.log(text)
}

const machine = () =>
  `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}).`

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
]

/** Three significant digits. */
export const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
