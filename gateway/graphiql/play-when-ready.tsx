import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { useEffect } from 'react'

let isReady = false
let wasPressedEarly = false

document.addEventListener(
  'click',
  ({ target }) => {
    if (isReady || !(target instanceof Element) || target.closest('.graphiql-execute-button') === null) return
    wasPressedEarly = true
  },
  { capture: true },
)

/** GraphiQL drops a press of its play button that comes before all its editors are there: keeps it until they are. */
export function PlayWhenReady() {
  const { run } = useGraphiQLActions()
  const hasEditors = useGraphiQL(({ queryEditor, variableEditor, headerEditor, responseEditor }) =>
    [queryEditor, variableEditor, headerEditor, responseEditor].every((editor) => editor !== undefined),
  )
  useEffect(() => {
    if (!hasEditors || isReady) return
    isReady = true
    if (wasPressedEarly) run()
  }, [hasEditors, run])
  return null
}
