import { token } from '@planet/platform/start'

/** A request to repeat; `body` gives a new one each time, so that mutations are not replays. */
export type Operation = { readonly name: string; readonly authorization: string; readonly body: () => string }

type Example = { readonly name: string; readonly query: string; readonly as?: { readonly token: string } }

/** The cheapest request, the public feed, the flagship and a publication, as the running platform offers them. */
export async function readOperations(url: string, home: string): Promise<Operation[]> {
  const { examples } = (await (await fetch(`${url}/graphiql/config.json`)).json()) as { examples: readonly Example[] }
  const example = (name: string) => {
    const found = examples.find((each) => each.name === name)
    if (!found) throw new Error(`the platform offers no example ${name}`)
    return found
  }
  const as = async (person: string) => `Bearer ${await token({ PLANET_HOME: home }, person, 3600)}`
  const [analyst, author] = [await as('nora'), await as('otto')]
  const fixed = (name: string, authorization: string, query: string): Operation => {
    const body = JSON.stringify({ query })
    return { name, authorization, body: () => body }
  }
  let count = 0
  return [
    fixed('{ __typename }', analyst, '{ __typename }'),
    fixed('public feed', analyst, example('Public feed').query),
    fixed('a post and its trades', analyst, example('A post and its trades').query),
    {
      name: 'publish a post',
      authorization: author,
      body: () =>
        JSON.stringify({
          query: PUBLISH,
          variables: {
            input: {
              idempotencyKey: `bench ${process.pid} ${count++}`,
              kind: 'INSIGHT',
              title: 'Bench',
              body: 'One of many about $BTC.',
            },
          },
        }),
    },
  ]
}

const PUBLISH = `mutation ($input: PublishPostInput!) {
  publishPost(input: $input) { __typename ... on PublishPostSuccess { post { id } } ... on UserError { code message } }
}`
