import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './page.css'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { authorizationOf, type Config, peopleOf } from './config'
import { ExamplesMenu } from './examples'
import { createFetcher } from './fetcher'
import { Footer } from './footer'
import { PlayWhenReady } from './play-when-ready'
import { createTabStorage } from './tab-storage'
import { Whom } from './whom'

async function start(root: HTMLElement) {
  const config: Config = await (await fetch('/graphiql/config.json')).json()
  const tabs = config.examples.map((example) => ({
    query: example.query,
    variables: example.variables ?? '',
    headers: authorizationOf(example.as),
  }))
  const people = peopleOf(config)
  const { storage, keep, openTab } = createTabStorage(people)
  const open = openTab() ?? tabs[0]
  createRoot(root).render(
    <GraphiQL
      fetcher={createFetcher()}
      defaultTabs={tabs.length > 0 ? tabs : undefined}
      // The editors show what they are given here and not what the open tab holds, which then must be the same.
      initialQuery={open?.query ?? undefined}
      initialVariables={open?.variables ?? ''}
      initialHeaders={open?.headers ?? ''}
      defaultEditorToolsVisibility="headers"
      // GraphiQL gives them to the storage, which keeps the name of their person instead.
      shouldPersistHeaders
      showPersistHeadersSettings={false}
      storage={storage}
      onTabChange={keep}
    >
      <GraphiQL.Logo>Planet</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ExamplesMenu examples={config.examples} />
            <Whom people={people} />
            <PlayWhenReady />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <Footer />
      </GraphiQL.Footer>
    </GraphiQL>,
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
start(root).catch((error: unknown) => {
  root.textContent = `GraphiQL cannot start: ${String(error)}`
})
