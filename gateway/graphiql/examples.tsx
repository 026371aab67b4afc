import { ToolbarMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { authorizationOf, type Example } from './config'

/** Opens an example in a new tab. */
export function ExamplesMenu({ examples }: { examples: readonly Example[] }) {
  const { addTab, updateActiveTabValues } = useGraphiQLActions()
  const editors = useGraphiQL(({ queryEditor, variableEditor, headerEditor }) => ({ queryEditor, variableEditor, headerEditor }))
  const open = (example: Example) => {
    const { query, variables = '' } = example
    const headers = authorizationOf(example.as)
    addTab()
    editors.queryEditor?.setValue(query)
    editors.variableEditor?.setValue(variables)
    editors.headerEditor?.setValue(headers)
    // What stands in the editors is noted a moment later, which is too late for whoever is quick to leave the tab.
    updateActiveTabValues({ query, variables, headers })
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
