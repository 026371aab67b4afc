import type { Choice } from './choice.ts'
import { planFields, planProvides, planRequires } from './plan-fields.ts'
import { planMeeting, planMeetings } from './plan-meetings.ts'
import { planPrice, planPriced } from './plan-prices.ts'
import { planRoots } from './plan-roots.ts'
import {
  ARGUMENTS,
  type EntityPlan,
  type FieldPlan,
  type GraphPlan,
  type InterfacePlan,
  type KeyPlan,
  LEAVES,
  type OwnKey,
  printType,
  type TypeUse,
  type UnionPlan,
  type ValuePlan,
  wrap,
} from './plan-types.ts'

const OBJECT_SUBGRAPH = 'o'
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
  {
    selection: 'org place { y }',
    fields: [
      { name: 'org', type: 'ID!' },
      { name: 'place', type: 'Place!' },
    ],
  },
]

/** Plans a graph of two to five subgraphs. It should compose; a rare one that does not is dropped by the caller. */
export function planGraph(choice: Choice): GraphPlan {
  const subgraphs = ['a', 'b', 'c', 'd', 'e'].slice(0, choice.between(2, 5))
  const entityNames = ['Ant', 'Bee', 'Cat', 'Dog', 'Elk'].slice(0, choice.between(2, 5))
  const meeting = planMeeting(choice, entityNames)
  const values = ['Vat', 'Wax']
    .slice(0, choice.between(0, 2))
    .map((name) => planValue(choice, name, { subgraphs, entityNames, meeting }))
  const entities = entityNames.map((name) => planEntity(choice, name, subgraphs))
  const unions = ['Uno']
    .slice(0, choice.chance(0.6) ? 1 : 0)
    .map((name) => planUnion(choice, name, subgraphs, [...entityNames, ...values.map((value) => value.name)]))
  const interfaces = ['Imp']
    .slice(0, choice.chance(0.7) ? 1 : 0)
    .map((name) => planInterface(choice, name, { subgraphs, entities, meeting }))
  for (const entity of entities) planMeetings(choice, entity, meeting)
  for (const entity of entities) planFields(choice, entity, { entityNames, values, unions, interfaces })
  for (const entity of entities) planPrice(choice, entity)
  for (const entity of entities) planRequires(choice, entity, entities)
  for (const entity of entities) planPriced(choice, entity, entities)
  for (const entity of entities) planProvides(choice, entity, entities)
  const apart = interfaces.flatMap((one) => (one.object ? [one.object.subgraph] : []))
  const roots = planRoots(choice, { subgraphs, apart, entities, values, unions, interfaces })
  return { subgraphs: [...subgraphs, ...apart], entities, values, interfaces, unions, ...roots }
}

function planEntity(choice: Choice, name: string, subgraphs: readonly string[]): EntityPlan {
  const home = choice.one(subgraphs)
  const others = choice.some(OTHER_KEYS, choice.chance(0.5) ? choice.between(1, 2) : 0)
  const presence = new Map<string, readonly OwnKey[]>()
  for (const subgraph of subgraphs) {
    if (subgraph === home || !choice.chance(0.65)) continue
    const keys =
      choice.chance(0.6) || others.length === 0
        ? [ID, ...choice.some(others, choice.below(2))]
        : choice.some(others, choice.between(1, 2))
    const found = choice.one(keys)
    presence.set(
      subgraph,
      owned(choice, keys, (key) => key === found),
    )
  }
  // From everywhere the home is found, and from there all others are.
  const isAlwaysId = [...presence.values()].every((keys) => keys.some(isId))
  presence.set(
    home,
    owned(choice, [ID, ...others], (key) => !isAlwaysId || key === ID),
  )
  return { name, home, presence, fields: [] }
}

/** A subgraph does not find an entity by each key that it shows. */
const owned = (choice: Choice, keys: readonly KeyPlan[], mustBe: (key: KeyPlan) => boolean): readonly OwnKey[] =>
  choice.some(
    keys.map((key) => ({ ...key, isResolvable: mustBe(key) || !choice.chance(0.35) })),
    keys.length,
  )

function planValue(
  choice: Choice,
  name: string,
  types: { readonly subgraphs: readonly string[]; readonly entityNames: readonly string[]; readonly meeting: TypeUse },
): ValuePlan {
  const owners = types.subgraphs
  const fields: FieldPlan[] = Array.from({ length: choice.between(1, 3) }, (_, i) => ({
    name: `${name.toLowerCase()}${i}`,
    type: wrap(choice, choice.one(LEAVES)),
    owners,
  }))
  if (choice.chance(0.5))
    fields.push({ name: `${name.toLowerCase()}Of`, type: wrap(choice, choice.one(types.entityNames)), owners })
  if (choice.chance(0.5)) fields.push({ name: 'peer', type: types.meeting, owners })
  if (choice.chance(0.5)) fields.push({ name: 'note', type: { named: 'String', wrappers: [] }, owners })
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
  types: { readonly subgraphs: readonly string[]; readonly entities: readonly EntityPlan[]; readonly meeting: TypeUse },
): InterfacePlan {
  const { subgraphs, entities, meeting } = types
  const main = choice.one(subgraphs)
  const having = entities.filter((entity) => entity.presence.get(main)?.some((key) => isId(key) && key.isResolvable))
  const members = choice.some(having, choice.between(1, 3))
  const common = [{ name: 'tag', type: choice.one(TAGS) }, ...(choice.chance(0.6) ? [{ name: 'peer', type: meeting }] : [])]
  for (const member of members) member.fields.push(...common.map((field) => ({ ...field, owners: [main] })))
  const id = { name: 'id', type: 'ID!' }
  const fields = [id, ...common.map((field) => ({ name: field.name, type: printType(field.type) }))]
  const names = members.map((member) => member.name)
  const parts = new Map([[main, { fields, members: names }]])
  if (names.length > 0 && choice.chance(0.4)) {
    const args = choice.chance(0.3) ? ARGUMENTS : undefined
    const extra = { name: 'extra', type: wrap(choice, choice.one(LEAVES)), owners: [OBJECT_SUBGRAPH], args }
    return { name, parts, object: { subgraph: OBJECT_SUBGRAPH, fields: [extra] } }
  }
  const second = choice.one(subgraphs)
  if (second !== main && names.length > 0 && choice.chance(0.7)) {
    parts.set(second, { fields: [id], members: choice.some(names, choice.between(1, names.length)) })
  }
  return { name, parts }
}

const isId = ({ selection }: KeyPlan) => selection === ID.selection
const TAGS: readonly TypeUse[] = [
  { named: 'String', wrappers: [] },
  { named: 'String', wrappers: ['!'] },
  { named: 'Color', wrappers: [] },
  { named: 'Int', wrappers: ['[]'] },
]
