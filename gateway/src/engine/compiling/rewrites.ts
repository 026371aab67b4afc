import type { FetchDataRewrite } from '@apollo/query-planner'
import { getOwn, isObject, type JsonObject, setOwn } from '../plain-data.ts'
import type { TypeTest } from './type-tests.ts'

const FRAGMENT = '... on '

/** Changes `value` as the plan says: fields that the planner renamed, and type names that a subgraph knows otherwise. */
export function applyRewrites(rewrites: readonly FetchDataRewrite[], value: unknown, types: TypeTest): void {
  for (const rewrite of rewrites) {
    const name = rewrite.path.at(-1)
    if (name === undefined) continue
    applyAt(rewrite.path.slice(0, -1), value, types, (object) => {
      if (rewrite.kind === 'ValueSetter') setOwn(object, name, rewrite.setValueTo)
      else {
        const found = getOwn(object, name)
        if (found === undefined) return
        setOwn(object, rewrite.renameKeyTo, found)
        object[name] = undefined
      }
    })
  }
}

function applyAt(path: readonly string[], value: unknown, types: TypeTest, change: (object: JsonObject) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) applyAt(path, each, types, change)
    return
  }
  if (!isObject(value)) return
  const [first, ...rest] = path
  if (first === undefined) change(value)
  else if (!first.startsWith(FRAGMENT)) applyAt(rest, getOwn(value, first), types, change)
  // An object that does not say its type is taken for one that fits.
  else if (!value.__typename || types.isOf(value, first.slice(FRAGMENT.length))) applyAt(rest, value, types, change)
}
