import { createApolloEngine } from '@planet/gateway/engine/apollo-engine'
import { type CompiledEngineOptions, createCompiledEngine } from '@planet/gateway/engine/compiled-engine'
import type { HandCase, HandGraph } from '@planet/gateway/test/differential/cases/case'
import { EXCEPTIONS } from '@planet/gateway/test/differential/cases/exceptions'
import { EXCLUSIVE_INTERFACE, EXCLUSIVE_TYPES } from '@planet/gateway/test/differential/cases/exclusive-types'
import { FAULT_CASES } from '@planet/gateway/test/differential/cases/fault-cases'
import { FOLDED_FETCHES } from '@planet/gateway/test/differential/cases/folded-fetches'
import { INTERFACE_OBJECTS, SPLIT_ABSTRACT } from '@planet/gateway/test/differential/cases/interface-graphs'
import { NARROWER_TYPES } from '@planet/gateway/test/differential/cases/narrower-types'
import { PLANNER_FAULTS } from '@planet/gateway/test/differential/cases/planner-faults'
import { REQUIRED_ARGUMENTS } from '@planet/gateway/test/differential/cases/required-arguments'
import { RESERVED_NAMES } from '@planet/gateway/test/differential/cases/reserved-names'
import { LATE_ENTITIES, SHARED_ENTITIES } from '@planet/gateway/test/differential/cases/shared-entities'
import { SHOP, SHOP_ROWS } from '@planet/gateway/test/differential/cases/shop'
import { SHOP_CASES } from '@planet/gateway/test/differential/cases/shop-cases'
import { UNRESOLVABLE_KEYS } from '@planet/gateway/test/differential/cases/unresolvable-keys'
import { type Contest, startContest } from '@planet/gateway/test/differential/hand-run'
import type { StartEngine } from '@planet/gateway/test/differential/memory-graph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const start =
  (more: Partial<CompiledEngineOptions>): StartEngine =>
  (options) =>
    createCompiledEngine({ ...options, planning: 'inline', generateAt: 1, ...more })
const ENGINES: Readonly<Record<string, StartEngine>> = {
  'the compiled engine': start({}),
  'the compiled engine that generates code at the second use': start({ generateAt: 2 }),
  'the compiled engine with answers in many pieces': start({ pieceLength: 1 }),
  'the compiled engine without merged requests': start({ merge: false }),
  'the compiled engine without generated code': start({ generateAt: Number.POSITIVE_INFINITY }),
}

const shop = (about: string, cases: readonly HandCase[]): HandGraph => ({ about, subgraphs: SHOP, rows: SHOP_ROWS, cases })
const GRAPHS: readonly HandGraph[] = [
  ...Object.entries(SHOP_CASES).map(([about, cases]) => shop(about, cases)),
  shop('faults of subgraphs', FAULT_CASES),
  INTERFACE_OBJECTS,
  SPLIT_ABSTRACT,
  EXCLUSIVE_TYPES,
  EXCLUSIVE_INTERFACE,
  REQUIRED_ARGUMENTS,
  RESERVED_NAMES,
  ...UNRESOLVABLE_KEYS,
  SHARED_ENTITIES,
  LATE_ENTITIES,
  NARROWER_TYPES,
  FOLDED_FETCHES,
  ...PLANNER_FAULTS,
  ...EXCEPTIONS,
]

describe.each(Object.entries(ENGINES))('%s', (_, engine) => {
  describe.each(GRAPHS.map((graph) => [graph.about, graph] as const))('on %s', (__, graph) => {
    let contest: Contest
    beforeAll(async () => {
      contest = await startContest(graph, { engine, reference: createApolloEngine })
    })
    afterAll(() => contest[Symbol.asyncDispose]())

    for (const hand of graph.cases) {
      it(`${hand.title}`, async () => {
        expect(await contest.faultOf(hand)).toBe('')
      })
    }
  })
})
