import { token } from '@planet/platform/start'

const TOKEN_LIFETIME_S = 12 * 3600

/** A request to repeat; `body` gives a new one each time, so that mutations are not replays. */
export type Operation = { readonly name: string; readonly authorization: string; readonly body: () => string }

type Example = { readonly name: string; readonly query: string; readonly as?: { readonly token: string } }

async function readExamples(url: string): Promise<(name: string) => Example> {
  const { examples } = (await (await fetch(`${url}/graphiql/config.json`)).json()) as { examples: readonly Example[] }
  return (name) => {
    const found = examples.find((each) => each.name === name)
    if (!found) throw new Error(`the platform offers no example ${name}`)
    return found
  }
}

const authorizationOf = async (home: string, person: string) =>
  `Bearer ${await token({ PLANET_HOME: home }, person, TOKEN_LIFETIME_S)}`

const fixed = (name: string, authorization: string, request: { query: string; variables?: object }): Operation => {
  const body = JSON.stringify(request)
  return { name, authorization, body: () => body }
}

const FLAGSHIP = 'A post and its trades'

/** The platform's flagship query as an analyst asks it, with the post that the sandbox found most telling as a variable. */
export async function flagship(url: string, home: string): Promise<Operation> {
  const { query } = (await readExamples(url))(FLAGSHIP)
  const id = /\$id: ID! = "([^"]+)"/.exec(query)?.[1]
  return fixed(FLAGSHIP, await authorizationOf(home, 'nora'), { query, variables: { id } })
}

/** The cheapest request, the public feed, the flagship and a publication, as the running platform offers them. */
export async function readOperations(url: string, home: string): Promise<Operation[]> {
  const example = await readExamples(url)
  const [analyst, author] = [await authorizationOf(home, 'nora'), await authorizationOf(home, 'otto')]
  let count = 0
  return [
    fixed('{ __typename }', analyst, { query: '{ __typename }' }),
    fixed('public feed', analyst, { query: example('Public feed').query }),
    fixed('a post and its trades', analyst, { query: example(FLAGSHIP).query }),
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
