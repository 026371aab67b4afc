import type { Choice } from './choice.ts'
import { type EntityPlan, partsOf, type Referable, type RootPlan, wrap } from './plan-types.ts'

/** Fields of the operations' root types. */
export function planRoots(
  choice: Choice,
  types: { subgraphs: readonly string[]; apart: readonly string[]; entities: readonly EntityPlan[] } & Omit<
    Referable,
    'entityNames'
  >,
) {
  const queries: RootPlan[] = []
  const root = (
    name: string,
    named: string,
    owners: readonly string[],
    { argument = 'none' as RootPlan['argument'], listShare = 0.3 } = {},
  ) =>
    queries.push({
      name,
      type: argument === 'id' ? { named, wrappers: choice.chance(0.2) ? ['!'] : [] } : wrap(choice, named, listShare),
      owners,
      argument,
    })
  for (const { name, home, presence } of types.entities) {
    root(`one${name}`, name, [home], { argument: 'id' })
    root(`all${name}`, name, [choice.one(types.subgraphs)], { argument: choice.chance(0.3) ? 'filter' : 'none' })
    if (choice.chance(0.3)) root(`any${name}`, name, choice.some([...presence.keys()], 2))
  }
  for (const subgraph of [...types.subgraphs, ...types.apart]) {
    for (const named of partsOf(types, subgraph)) {
      // Several members side by side are where abstract types go wrong.
      root(`${named.toLowerCase()}In${subgraph.toUpperCase()}`, named, [subgraph], { listShare: 0.75 })
    }
  }
  for (const { name } of types.values) root(`the${name}`, name, choice.some(types.subgraphs, choice.between(1, 2)))
  root('version', 'String', choice.some(types.subgraphs, 2))
  for (const subgraph of types.subgraphs) {
    const isQueryMentioned = types.entities.some(({ fields }) =>
      fields.some(({ type, owners }) => type.named === 'Query' && owners.includes(subgraph)),
    )
    // Or there would be no Query in it.
    if (isQueryMentioned) root(`hereIn${subgraph.toUpperCase()}`, 'String', [subgraph])
  }
  const mutations = choice.some(types.subgraphs, choice.between(1, 3)).map(
    (subgraph): RootPlan => ({
      name: `bumpIn${subgraph.toUpperCase()}`,
      type: { named: 'Outcome', wrappers: choice.chance(0.3) ? ['!'] : [] },
      owners: [subgraph],
      argument: 'none',
    }),
  )
  const entity = choice.one(types.entities)
  const subscriptions: RootPlan[] = [
    {
      name: 'changed',
      type: { named: entity.name, wrappers: choice.chance(0.5) ? ['!'] : [] },
      owners: [choice.one([...entity.presence.keys()])],
      argument: 'none',
    },
  ]
  return { queries, mutations, subscriptions }
}
