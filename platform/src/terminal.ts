import { Listr } from 'listr2'
import pc from 'picocolors'

/** What a platform that is ready says of itself. `metricsUrl` is null where there are none. */
type Facts = {
  readonly url: string
  readonly metricsUrl: string | null
  readonly seconds: number
  readonly hasGraphiql: boolean
  readonly isSandbox: boolean
  readonly hasIssuer: boolean
}

export type Terminal = {
  /** Shows `title` while `work` runs; `work` may say how far it is. */
  step<T>(title: string, work: (onProgress: (text: string) => void) => Promise<T>): Promise<T>
  ready(facts: Facts): void
  stopping(): void
  say(text: string): void
}

const MIN_COLUMNS = 80

/** Steps with spinners on a wide terminal, plain lines elsewhere. */
export function createTerminal(output: NodeJS.WriteStream = process.stdout): Terminal {
  const renderer = output.isTTY && output.columns >= MIN_COLUMNS ? 'default' : 'simple'
  const say = (text: string) => void output.write(`${text}\n`)
  return {
    say,
    async step(title, work) {
      // Listr keeps results in a context of its own; the one task of this list always sets it.
      const result: { value?: Awaited<ReturnType<typeof work>> } = {}
      await new Listr(
        [
          {
            title,
            task: async (_, task) => {
              result.value = await work((text) => {
                if (renderer === 'default') task.output = text
              })
            },
          },
        ],
        { renderer, registerSignalListeners: false, rendererOptions: { collapseErrors: false } },
      ).run()
      return result.value as Awaited<ReturnType<typeof work>>
    },
    ready({ url, metricsUrl, seconds, hasGraphiql, isSandbox, hasIssuer }) {
      const rows: [string, string][] = [
        ...(hasGraphiql ? [['GraphiQL', `${url}/graphiql`] as [string, string]] : []),
        ['GraphQL', `${url}/graphql`],
        ['Subscriptions', `${url.replace(/^http/, 'ws')}/graphql`],
        ['Health', `${url}/healthz  ${url}/readyz`],
        ...(metricsUrl === null ? [] : [['Metrics', metricsUrl] as [string, string]]),
      ]
      say('')
      say(`${pc.green('Planet is ready')} ${pc.dim(`after ${seconds.toFixed(1)} s`)}`)
      for (const [name, value] of rows) say(`  ${pc.bold(name.padEnd(14))} ${value}`)
      if (hasIssuer) say(`  ${pc.bold('A token'.padEnd(14))} npm run -s planet -- token --as nora`)
      if (isSandbox) say(pc.dim(`  The sandbox replays a real market${hasGraphiql ? '; press play in GraphiQL' : ''}.`))
      say(pc.dim('  Ctrl-C stops everything.'))
    },
    stopping: () => say('Stopping ...'),
  }
}
