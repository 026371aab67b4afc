import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { nextLevel } from '@planet/runtime/heap'
import { eventually } from '@planet/runtime/testing/patience'
import { expect, it } from 'vitest'

const SERVER = fileURLToPath(new URL('./testing/crowd-server.ts', import.meta.url))
/** What is young is not what fills a heap, and has little room here. */
const FLAGS = ['--max-old-space-size=192', '--max-semi-space-size=4']
/** Of some ten megabytes while it is made, of which a dozen at once are more than there is room for. */
const LARGE = '{ crowd(count: 100) { friends(count: 300) { id later name home { name } } } }'
const SMALL = '{ one { name } }'

async function startServer() {
  const child = fork(SERVER, { execArgv: FLAGS, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const nextMessage = async (): Promise<unknown> => {
    const over = once(child, 'exit').then(() => {
      throw new Error(`the server ended: ${said}`)
    })
    const [message] = await Promise.race([once(child, 'message'), over])
    return message
  }
  // What the server says first.
  const { url, metricsUrl } = (await nextMessage()) as { readonly url: string; readonly metricsUrl: string }
  return {
    url,
    metricsUrl,
    hasEnded,
    /** Fills its heap up to a share of the limit, or lets go what filled it. */
    async fill(share: number) {
      const filled = nextMessage()
      child.send({ share })
      await filled
    },
    async [Symbol.asyncDispose]() {
      if (hasEnded()) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function ask(url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() }
}

it('refuses operations while its heap is nearly full, lives on, and takes them again afterwards', async () => {
  await using server = await startServer()
  const { url, metricsUrl } = server
  expect((await ask(url, SMALL)).status).toBe(200)

  await server.fill(0.85)
  await eventually(async () => expect((await ask(url, SMALL)).status).toBe(503))
  const answers = await Promise.all(Array.from({ length: 24 }, () => ask(url, LARGE)))
  for (const { status, retryAfter, body } of answers) {
    expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' })
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect(await (await fetch(metricsUrl)).text()).toContain('\nplanet_gateway_shedding_load 1\n')

  await server.fill(0)
  await eventually(async () => expect((await ask(url, SMALL)).status).toBe(200))
  expect(await (await fetch(metricsUrl)).text()).toContain('\nplanet_gateway_shedding_load 0\n')
  expect(server.hasEnded()).toBe(false)
})

it('gives up large operations that are under way when its heap fills, and lives on', async () => {
  await using server = await startServer()
  const { url } = server
  const asked = Array.from({ length: 8 }, () => ask(url, LARGE))
  await server.fill(0.91)
  for (const { body } of await Promise.all(asked)) expect(body).toMatch(/"code":"UNAVAILABLE"|^\{"data":\{"crowd":\[/)
  await server.fill(0)
  await eventually(async () => expect((await ask(url, SMALL)).status).toBe(200))
  expect(server.hasEnded()).toBe(false)
})

it('stays full until there is room again, so that it does not waver', () => {
  const levels = [0.5, 0.81, 0.79, 0.7, 0.95, 0.85, 0.66, 0.64, 0.79].reduce<ReturnType<typeof nextLevel>[]>(
    (seen, share) => [...seen, nextLevel(seen.at(-1) ?? 'relaxed', share)],
    [],
  )
  expect(levels).toEqual(['relaxed', 'full', 'full', 'full', 'critical', 'full', 'full', 'relaxed', 'relaxed'])
})
