import { openGround } from '../compare.ts'
import { OURS, startGateway } from '../gateways/gateways.ts'
import { answer } from '../graph/answer.ts'
import { endlessOperation } from '../graph/questions.ts'
import { runLoad } from '../load.ts'
import { pinSelf } from '../processes.ts'
import { table, writeSection } from '../report.ts'

const STEPS = 20
const CONNECTIONS = 20
/** Of the gateway, in MB: what would not be let go ends the process. Without a limit, a heap grows for as long as there is memory. */
const HEAP_LIMIT_MB = 320
/** Longer than any step takes. */
const STEP_LIMIT_S = 3_600

/** Memory over so many operations of which no two are alike. A million take the better part of an hour; 50,000 show a plateau. */
export async function measureMemory(operations: number): Promise<void> {
  pinSelf(1)
  await using ground = await openGround()
  await using gateway = await startGateway(OURS, ground.site, {
    core: 0,
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_LIMIT_MB}` },
  })
  const rows: string[][] = []
  let highest = 0
  let answered = 0
  let late = 0
  for (let step = 0; step < STEPS; step++) {
    const { requests } = await runLoad({
      url: gateway.url,
      connections: CONNECTIONS,
      seconds: STEP_LIMIT_S,
      from: answered,
      limit: Math.ceil(operations / STEPS),
      request: (n, connection) => ({
        body: JSON.stringify({ query: endlessOperation(n) }),
        authorization: ground.authorization(n, connection),
      }),
      mayBeLate: true,
      isRight(body, n) {
        const text = body.toString()
        // On a machine that does much else; it says nothing about memory.
        if (text.includes('"code":"UNAVAILABLE"')) late++
        else return text === JSON.stringify(answer(ground.subgraphs.data, '', { query: endlessOperation(n) }))
        return true
      },
    })
    answered += requests
    const rss = gateway.process.rssBytes() / 1024 / 1024
    highest = Math.max(highest, rss)
    rows.push([answered.toLocaleString('en'), rss.toFixed(0)])
    console.error(`${answered} operations: ${rss.toFixed(0)} MB`)
  }
  writeSection('Memory over operations of which no two are alike', [
    `${answered.toLocaleString('en')} operations, with a heap limit of ${HEAP_LIMIT_MB} MB; highest ${highest.toFixed(0)} MB (to reach: at most 512 MB over 1,000,000). ${late} answers were errors because a subgraph was late.`,
    '',
    ...table(['operations', 'RSS MB'], rows),
  ])
}
