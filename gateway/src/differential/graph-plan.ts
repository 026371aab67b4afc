import type { Choice } from './choice.ts'

/** A type as written, from the inside out: `T`, `['!', '[]', '!']` is `[T!]!`. */
export type TypeUse = { readonly named: string; readonly wrappers: readonly ('!' | '[]')[] }

export type FieldPlan = {
  readonly name: string
  readonly type: TypeUse
  /** Subgraphs that resolve it; several make it shareable. */
  readonly owners: readonly string[]
  /** A subgraph that it was taken over from. */
  readonly takenFrom?: string
  readonly hasArguments?: boolean
  readonly isInaccessible?: boolean
  /** Selection that its owner requires, and the fields of the same type that it needs there as external. */
  readonly requires?: { readonly selection: string; readonly fields: readonly string[] }
  /** A field of the referred entity that the owner gives along. */
  readonly provides?: string
}

export type KeyPlan = { readonly selection: string; readonly fields: readonly { readonly name: string; readonly type: string }[] }
export type EntityPlan = {
  readonly name: string
  readonly home: string
  /** Keys by the subgraphs that resolve the entity. */
  readonly presence: ReadonlyMap<string, readonly KeyPlan[]>
  readonly fields: FieldPlan[]
}
export type ValuePlan = { readonly name: string; readonly fields: readonly FieldPlan[] }
/** In each subgraph that has it: the fields and the members it has there. */
export type InterfacePlan = {
  readonly name: string
  readonly parts: ReadonlyMap<
    string,
    { readonly fields: readonly { name: string; type: string }[]; readonly members: readonly string[] }
  >
  /** An interface object that adds fields to all members, in a subgraph that may know none of them. */
  readonly object?: { readonly subgraph: string; readonly fields: readonly FieldPlan[] }
}
export type UnionPlan = { readonly name: string; readonly parts: ReadonlyMap<string, readonly string[]> }

export type RootPlan = {
  readonly name: string
  readonly type: TypeUse
  readonly owners: readonly string[]
  /** `id` looks an entity up by it. */
  readonly argument: 'none' | 'id' | 'filter'
}

export type GraphPlan = {
  readonly subgraphs: readonly string[]
  readonly entities: readonly EntityPlan[]
  readonly values: readonly ValuePlan[]
  readonly interfaces: readonly InterfacePlan[]
  readonly unions: readonly UnionPlan[]
  readonly queries: readonly RootPlan[]
  readonly mutations: readonly RootPlan[]
  readonly subscriptions: readonly RootPlan[]
}

const OBJECT_SUBGRAPH = 'o'
const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Stamp']

/** Wrappers around a leaf or a reference; lists of lists are rare, as in life. */
export function wrap(choice: Choice, named: string): TypeUse {
  const wrappers: ('!' | '[]')[] = []
  if (choice.chance(0.35)) wrappers.push('!')
  for (let level = 0; level < 2 && choice.chance(level === 0 ? 0.3 : 0.15); level++) {
    wrappers.push('[]')
    if (choice.chance(0.35)) wrappers.push('!')
  }
  return { named, wrappers }
}

export const printType = ({ named, wrappers }: TypeUse) =>
  wrappers.reduce((text, wrapper) => (wrapper === '!' ? `${text}!` : `[${text}]`), named)

const ID: KeyPlan = { selection: 'id', fields: [{ name: 'id', type: 'ID!' }] }
const OTHER_KEYS: readonly KeyPlan[] = [
  { selection: 'sku', fields: [{ name: 'sku', type: 'String!' }] },
  {
    selection: 'org code',
    fields: [
      { name: 'org', type: 'ID!' },
      { name: 'code', type: 'Int!' },
    ],
  },
  { selection: 'place { x y }', fields: [{ name: 'place', type: 'Place!' }] },
]

/** Plans a graph of two to five subgraphs. It should compose; a rare one that does not is dropped by the caller. */
export function planGraph(choice: Choice): GraphPlan {
  const subgraphs = ['a', 'b', 'c', 'd', 'e'].slice(0, choice.between(2, 5))
  const entityNames = ['Ant', 'Bee', 'Cat', 'Dog', 'Elk'].slice(0, choice.between(2, 5))
  const values = ['Vat', 'Wax'].slice(0, choice.between(0, 2)).map((name) => planValue(choice, name, subgraphs, entityNames))
  const entities = entityNames.map((name) => planEntity(choice, name, subgraphs))
  const unions = ['Uno']
    .slice(0, choice.below(2))
    .map((name) => planUnion(choice, name, subgraphs, [...entityNames, ...values.map((value) => value.name)]))
  const interfaces = ['Imp'].slice(0, choice.chance(0.7) ? 1 : 0).map((name) => planInterface(choice, name, subgraphs, entities))
  for (const entity of entities) planFields(choice, entity, { entityNames, values, unions, interfaces })
  for (const entity of entities) planRequires(choice, entity)
  for (const entity of entities) planProvides(choice, entity, entities)
  const apart = interfaces.flatMap((one) => (one.object ? [one.object.subgraph] : []))
  const roots = planRoots(choice, { subgraphs, apart, entities, values, unions, interfaces })
  return { subgraphs: [...subgraphs, ...apart], entities, values, interfaces, unions, ...roots }
}

function planEntity(choice: Choice, name: string, subgraphs: readonly string[]): EntityPlan {
  const home = choice.one(subgraphs)
  const others = choice.some(OTHER_KEYS, choice.chance(0.5) ? choice.between(1, 2) : 0)
  const presence = new Map<string, readonly KeyPlan[]>([[home, [ID, ...others]]])
  for (const subgraph of subgraphs) {
    if (subgraph === home || !choice.chance(0.65)) continue
    const keys =
      choice.chance(0.6) || others.length === 0
        ? [ID, ...choice.some(others, choice.below(2))]
        : choice.some(others, choice.between(1, 2))
    presence.set(subgraph, keys)
  }
  return { name, home, presence, fields: [] }
}

function planValue(choice: Choice, name: string, subgraphs: readonly string[], entityNames: readonly string[]): ValuePlan {
  const fields: FieldPlan[] = Array.from({ length: choice.between(1, 3) }, (_, i) => ({
    name: `${name.toLowerCase()}${i}`,
    type: wrap(choice, choice.one(LEAVES)),
    owners: subgraphs,
  }))
  if (choice.chance(0.5))
    fields.push({ name: `${name.toLowerCase()}Of`, type: wrap(choice, choice.one(entityNames)), owners: subgraphs })
  return { name, fields }
}

function planUnion(choice: Choice, name: string, subgraphs: readonly string[], candidates: readonly string[]): UnionPlan {
  const parts = choice
    .some(subgraphs, 2)
    .map((subgraph): [string, string[]] => [subgraph, choice.some(candidates, choice.between(2, 3)).sort()])
  return { name, parts: new Map(parts) }
}

function planInterface(
  choice: Choice,
  name: string,
  subgraphs: readonly string[],
  entities: readonly EntityPlan[],
): InterfacePlan {
  const main = choice.one(subgraphs)
  const having = entities.filter((entity) => entity.presence.get(main)?.includes(ID))
  const members = choice.some(having, choice.between(1, 3))
  const tag = { name: 'tag', type: choice.one(['String', 'String!', 'Color', '[Int]']) }
  for (const member of members) {
    const [named = tag.type] = /\w+/.exec(tag.type) ?? []
    const wrappers = tag.type.includes('[') ? (['[]'] as const) : tag.type.endsWith('!') ? (['!'] as const) : []
    member.fields.push({ name: tag.name, type: { named, wrappers }, owners: [main] })
  }
  const id = { name: 'id', type: 'ID!' }
  const names = members.map((member) => member.name)
  const parts = new Map([[main, { fields: [id, tag], members: names }]])
  if (names.length > 0 && choice.chance(0.4)) {
    const fields: FieldPlan[] = [
      { name: 'extra', type: wrap(choice, choice.one(LEAVES)), owners: [OBJECT_SUBGRAPH], hasArguments: choice.chance(0.3) },
    ]
    return { name, parts, object: { subgraph: OBJECT_SUBGRAPH, fields } }
  }
  const second = choice.one(subgraphs)
  if (second !== main && names.length > 0 && choice.chance(0.7)) {
    parts.set(second, { fields: [id], members: choice.some(names, choice.between(1, names.length)) })
  }
  return { name, parts }
}

type Referable = {
  readonly entityNames: readonly string[]
  readonly values: readonly ValuePlan[]
  readonly unions: readonly UnionPlan[]
  readonly interfaces: readonly InterfacePlan[]
}

/** Subgraphs in which a field may return the abstract type. */
const partsOf = ({ unions, interfaces }: Pick<Referable, 'unions' | 'interfaces'>, subgraph: string) => [
  ...unions.filter((union) => union.parts.has(subgraph)).map((union) => union.name),
  ...interfaces
    .filter((one) => (one.parts.get(subgraph)?.members.length ?? 0) > 0 || one.object?.subgraph === subgraph)
    .map((one) => one.name),
]

function planFields(choice: Choice, entity: EntityPlan, types: Referable): void {
  const present = [...entity.presence.keys()]
  const lower = entity.name.toLowerCase()
  for (const subgraph of present) {
    for (let i = choice.between(1, 3); i > 0; i--) {
      const name = `${lower}${entity.fields.length}`
      const abstract = partsOf(types, subgraph)
      const kind = choice.below(10)
      if (kind < 4) {
        const other = present.filter((one) => one !== subgraph)
        const base = { name, type: wrap(choice, choice.one(LEAVES)), owners: [subgraph] }
        if (other.length > 0 && choice.chance(0.25)) entity.fields.push({ ...base, owners: [subgraph, choice.one(other)] })
        else if (other.length > 0 && choice.chance(0.15)) entity.fields.push({ ...base, takenFrom: choice.one(other) })
        else entity.fields.push({ ...base, hasArguments: choice.chance(0.25), isInaccessible: choice.chance(0.08) })
      } else if (kind < 7 || (abstract.length === 0 && types.values.length === 0)) {
        entity.fields.push({
          name,
          type: wrap(choice, choice.one(types.entityNames)),
          owners: [subgraph],
          hasArguments: choice.chance(0.15),
        })
      } else if (kind < 8 && types.values.length > 0) {
        entity.fields.push({ name, type: wrap(choice, choice.one(types.values).name), owners: [subgraph] })
      } else if (abstract.length > 0) entity.fields.push({ name, type: wrap(choice, choice.one(abstract)), owners: [subgraph] })
    }
  }
}

function planRequires(choice: Choice, entity: EntityPlan): void {
  for (const subgraph of entity.presence.keys()) {
    if (!choice.chance(0.4)) continue
    const foreign = entity.fields.filter(
      (field) => !field.owners.includes(subgraph) && field.takenFrom !== subgraph && !field.hasArguments && field.name !== 'tag',
    )
    const chosen = choice.some(foreign.filter(isRequirable), choice.between(1, 2))
    if (chosen.length === 0) continue
    entity.fields.push({
      name: `${entity.name.toLowerCase()}${entity.fields.length}r`,
      type: { named: 'String', wrappers: choice.chance(0.3) ? ['!'] : [] },
      owners: [subgraph],
      requires: { selection: chosen.map(selectionFor).join(' '), fields: chosen.map((field) => field.name) },
      hasArguments: choice.chance(0.15),
    })
  }
}

const ENTITIES = ['Ant', 'Bee', 'Cat', 'Dog', 'Elk']
const VALUES = ['Vat', 'Wax']
const isRequirable = ({ type: { named } }: FieldPlan) =>
  LEAVES.includes(named) || ENTITIES.includes(named) || VALUES.includes(named)
const selectionFor = ({ name, type: { named } }: FieldPlan) =>
  ENTITIES.includes(named) ? `${name} { id }` : VALUES.includes(named) ? `${name} { ${named.toLowerCase()}0 }` : name

function planProvides(choice: Choice, entity: EntityPlan, entities: readonly EntityPlan[]): void {
  for (const [i, field] of entity.fields.entries()) {
    const [owner] = field.owners
    const target = entities.find(({ name }) => name === field.type.named)
    if (!target || owner === undefined || field.owners.length > 1 || !target.presence.has(owner) || !choice.chance(0.3)) continue
    const provided = target.fields.filter(
      (one) =>
        LEAVES.includes(one.type.named) &&
        !one.owners.includes(owner) &&
        one.takenFrom !== owner &&
        !one.requires &&
        !one.hasArguments &&
        one.name !== 'tag',
    )
    if (provided.length > 0) entity.fields[i] = { ...field, provides: choice.one(provided).name }
  }
}

function planRoots(
  choice: Choice,
  types: { subgraphs: readonly string[]; apart: readonly string[]; entities: readonly EntityPlan[] } & Omit<
    Referable,
    'entityNames'
  >,
) {
  const queries: RootPlan[] = []
  const root = (name: string, named: string, owners: readonly string[], argument: RootPlan['argument'] = 'none') =>
    queries.push({
      name,
      type: argument === 'id' ? { named, wrappers: choice.chance(0.2) ? ['!'] : [] } : wrap(choice, named),
      owners,
      argument,
    })
  for (const { name, home, presence } of types.entities) {
    root(`one${name}`, name, [home], 'id')
    root(`all${name}`, name, [choice.one(types.subgraphs)], choice.chance(0.3) ? 'filter' : 'none')
    if (choice.chance(0.3)) root(`any${name}`, name, choice.some([...presence.keys()], 2))
  }
  for (const subgraph of [...types.subgraphs, ...types.apart]) {
    for (const named of partsOf(types, subgraph)) root(`${named.toLowerCase()}In${subgraph.toUpperCase()}`, named, [subgraph])
  }
  for (const { name } of types.values) root(`the${name}`, name, choice.some(types.subgraphs, choice.between(1, 2)))
  root('version', 'String', choice.some(types.subgraphs, 2))
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
