import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './page.css'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { authorizationOf, type Config } from './config'
import { ExamplesMenu, FreshHeaders } from './examples'
import { createFetcher } from './fetcher'
import { Footer } from './footer'
import { PlayWhenReady } from './play-when-ready'

async function start(root: HTMLElement) {
  const config: Config = await (await fetch('/graphiql/config.json')).json()
  const tabs = config.examples.map((example) => ({
    query: example.query,
    variables: example.variables ?? '',
    headers: authorizationOf(example),
  }))
  const isFirstVisit = localStorage.getItem('graphiql:tabState') === null
  createRoot(root).render(
    <GraphiQL
      fetcher={createFetcher()}
      defaultTabs={tabs.length > 0 ? tabs : undefined}
      // A default tab's own variables are not shown on the first visit.
      initialVariables={isFirstVisit ? tabs[0]?.variables : undefined}
      defaultHeaders={tabs[0]?.headers}
      defaultEditorToolsVisibility="headers"
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>Planet</GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ExamplesMenu examples={config.examples} />
            <FreshHeaders examples={config.examples} />
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
