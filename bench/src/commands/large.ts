import { median, pinSelf } from '../processes.ts'
import { table, writeSection } from '../report.ts'
import { startServer } from '../server.ts'

/** As much as can be allowed: what is to be measured comes after what an operation may cost. */
const ANY_COST = Object.fromEntries(
  ['COST_PER_OPERATION', 'NODES_PER_OPERATION', 'COST_PER_MINUTE'].map((limit) => [`PLANET_${limit}_ANONYMOUS`, '1000000000']),
)
/** Requests at once, of which no two have the same text. */
const TOGETHER = [1, 8]
/** The first use of an operation runs other code than the second and the third. */
const USES = 3

const postsOf = (levels: number, first: number, leaf: string): string =>
  levels === 0 ? leaf : `author { posts(first: ${first}) { edges { node { ${postsOf(levels - 1, first, leaf)} } } } }`
const feed = (inner: string, alias = '') => `${alias}publicFeed(first: 100) { edges { node { ${inner} } } }`

/** Operations that ask for much more than anybody may. The fourth is beyond what can be allowed. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'posts of authors, 2 levels of 100': `{ ${feed(postsOf(2, 100, 'id title body'))} }`,
  'posts of authors, 3 levels of 30': `{ ${feed(postsOf(3, 30, 'id title body'))} }`,
  'posts of authors, 4 levels of 10': `{ ${feed(postsOf(4, 10, 'id'))} }`,
  'posts of authors, 4 levels of 100': `{ ${feed(postsOf(4, 100, 'id'))} }`,
  'the same feed 8 times, 2 levels of 100': `{ ${[...'abcdefgh'].map((alias) => feed(postsOf(2, 100, 'id body'), `${alias}: `)).join(' ')} }`,
}

type Asked = { readonly ms: number; readonly bytes: number; readonly outcome: string }

/** Answers that are large: how long others wait while they are made, and how long they take, or their refusal. */
export async function measureLarge(): Promise<void> {
  pinSelf(1)
  await using server = await startServer(ANY_COST)
  const rows: string[][] = []
  for (const [name, query] of Object.entries(OPERATIONS)) {
    for (const together of TOGETHER) {
      const asked: Asked[] = []
      const waits: number[] = []
      for (let use = 0; use < USES; use++) {
        const probe = probeHealth(server.url)
        const requests = Array.from({ length: together }, (_, n) => ask(server.url, query + ' '.repeat(n)))
        asked.push(...(await Promise.all(requests)))
        waits.push(await probe.longestMs())
      }
      const outcomes = Map.groupBy(asked, ({ outcome }) => outcome)
      rows.push([
        name,
        String(together),
        Math.max(...waits).toFixed(0),
        median(waits).toFixed(0),
        Math.max(...asked.map(({ ms }) => ms)).toFixed(0),
        (Math.max(...asked.map(({ bytes }) => bytes)) / 1024).toFixed(0),
        [...outcomes].map(([outcome, { length }]) => `${length} × ${outcome}`).join(', '),
      ])
      console.error(rows.at(-1)?.join(' | '))
    }
  }
  writeSection('Large answers', [
    `Gateway and all subgraphs in one process on one core, which lets operations cost as much as can be allowed (10⁹). Each operation is sent ${USES} times, alone and 8 at once; meanwhile \`/healthz\` is asked without a pause, and its longest wait is told, in all uses and in the median one.`,
    '',
    ...table(
      ['operation', 'at once', 'longest wait of others, ms', 'median', 'until it was answered, ms', 'KiB', 'outcome'],
      rows,
    ),
  ])
}

async function ask(url: string, query: string): Promise<Asked> {
  const beganAt = performance.now()
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity' }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const bytes = Buffer.from(await response.arrayBuffer())
  const [, code] = /"code":"(\w+)"/.exec(bytes.toString('latin1', Math.max(0, bytes.length - 1000))) ?? []
  return { ms: performance.now() - beganAt, bytes: bytes.length, outcome: code ?? 'answered' }
}

function probeHealth(url: string): { longestMs(): Promise<number> } {
  let isOver = false
  let longest = 0
  const probing = (async () => {
    while (!isOver) {
      const beganAt = performance.now()
      await (await fetch(`${url}/healthz`)).arrayBuffer()
      longest = Math.max(longest, performance.now() - beganAt)
    }
  })()
  return {
    async longestMs() {
      isOver = true
      await probing
      return longest
    },
  }
}
