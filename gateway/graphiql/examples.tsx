import { ToolbarMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { useEffect, useRef } from 'react'
import { authorizationOf, type Example } from './config'

/** Opens an example in a new tab. */
export function ExamplesMenu({ examples }: { examples: readonly Example[] }) {
  const { addTab } = useGraphiQLActions()
  const editors = useGraphiQL(({ queryEditor, variableEditor, headerEditor }) => ({ queryEditor, variableEditor, headerEditor }))
  const open = (example: Example) => {
    addTab()
    editors.queryEditor?.setValue(example.query)
    editors.variableEditor?.setValue(example.variables ?? '')
    editors.headerEditor?.setValue(authorizationOf(example))
  }
  return (
    <ToolbarMenu button={<span className="graphiql-toolbar-button planet-examples">Examples</span>}>
      {examples.map((example) => (
        <ToolbarMenu.Item key={example.name} onSelect={() => open(example)}>
          {example.name}
          {example.as ? ` (as ${example.as.displayName})` : ''}
        </ToolbarMenu.Item>
      ))}
    </ToolbarMenu>
  )
}

/** Headers are not stored, so a tab of an earlier visit has lost its token: gives an example's tab a fresh one, once. */
export function FreshHeaders({ examples }: { examples: readonly Example[] }) {
  const { headerEditor, tabs, activeTabIndex } = useGraphiQL(({ headerEditor, tabs, activeTabIndex }) => ({
    headerEditor,
    tabs,
    activeTabIndex,
  }))
  const served = useRef(new Set<string>())
  const tab = tabs[activeTabIndex]
  useEffect(() => {
    if (!headerEditor || !tab || served.current.has(tab.id)) return
    served.current.add(tab.id)
    if (headerEditor.getValue().trim() !== '') return
    const example = examples.find(({ query }) => query.trim() === tab.query?.trim())
    if (example?.as) headerEditor.setValue(authorizationOf(example))
  }, [headerEditor, tab, examples])
  return null
}
