import { useGraphiQL } from '@graphiql/react'
import { type Person, whoseHeaders } from './config'

/** Says as whom the open tab runs: whose token its headers hold. */
export function Whom({ people }: { people: readonly Person[] }) {
  const headers = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.headers)
  return <span className="planet-whom">{describe(people, headers)}</span>
}

function describe(people: readonly Person[], headers: string | null | undefined): string {
  const person = whoseHeaders(people, headers)
  if (person) return `as ${person.displayName}`
  return headers && /authorization/i.test(headers) ? 'with a token of your own' : 'as nobody'
}
