import { Listr } from 'listr2'
import pc from 'picocolors'

export type Terminal = {
  /** Shows `title` while `work` runs; `work` may say how far it is. */
  step<T>(title: string, work: (onProgress: (text: string) => void) => Promise<T>): Promise<T>
  ready(facts: { url: string; seconds: number; isSandbox: boolean; hasIssuer: boolean }): void
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
    ready({ url, seconds, isSandbox, hasIssuer }) {
      const rows: [string, string][] = [
        ['GraphiQL', `${url}/graphiql`],
        ['GraphQL', `${url}/graphql`],
        ['Subscriptions', `${url.replace(/^http/, 'ws')}/graphql`],
        ['Health', `${url}/healthz  ${url}/readyz`],
      ]
      say('')
      say(`${pc.green('Planet is ready')} ${pc.dim(`after ${seconds.toFixed(1)} s`)}`)
      for (const [name, value] of rows) say(`  ${pc.bold(name.padEnd(14))} ${value}`)
      if (hasIssuer) say(`  ${pc.bold('A token'.padEnd(14))} npm run -s planet -- token --as nora`)
      if (isSandbox) say(pc.dim('  The sandbox replays a real market; press play in GraphiQL.'))
      say(pc.dim('  Ctrl-C stops everything.'))
    },
    stopping: () => say('Stopping ...'),
  }
}
