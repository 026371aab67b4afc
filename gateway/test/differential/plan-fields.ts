import type { Choice } from './choice.ts'
import { ARGUMENTS, type EntityPlan, type FieldPlan, LEAVES, partsOf, type Referable, wrap } from './plan-types.ts'

export function planFields(choice: Choice, entity: EntityPlan, types: Referable): void {
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
        else
          entity.fields.push({ ...base, args: choice.chance(0.25) ? ARGUMENTS : undefined, isInaccessible: choice.chance(0.08) })
      } else if (kind < 7 || (abstract.length === 0 && types.values.length === 0)) {
        entity.fields.push({
          name,
          type: wrap(choice, choice.one(types.entityNames)),
          owners: [subgraph],
          args: choice.chance(0.15) ? ARGUMENTS : undefined,
        })
      } else if (kind < 8 && types.values.length > 0) {
        entity.fields.push({ name, type: wrap(choice, choice.one(types.values).name), owners: [subgraph] })
      } else if (abstract.length > 0) entity.fields.push({ name, type: wrap(choice, choice.one(abstract)), owners: [subgraph] })
    }
  }
}

export function planRequires(choice: Choice, entity: EntityPlan, entities: readonly EntityPlan[]): void {
  for (const subgraph of entity.presence.keys()) {
    if (!choice.chance(0.4)) continue
    const foreign = entity.fields.filter(
      (field) =>
        !field.owners.includes(subgraph) && field.takenFrom !== subgraph && !field.args && !IN_INTERFACES.has(field.name),
    )
    const hasId = ({ type: { named } }: FieldPlan) =>
      entities
        .find(({ name }) => name === named)
        ?.presence.get(subgraph)
        ?.some(({ selection }) => selection === 'id') ?? true
    const chosen = choice.some(
      foreign.filter((field) => isRequirable(field) && hasId(field)),
      choice.between(1, 2),
    )
    if (chosen.length === 0) continue
    entity.fields.push({
      name: `${entity.name.toLowerCase()}${entity.fields.length}r`,
      type: { named: 'String', wrappers: choice.chance(0.3) ? ['!'] : [] },
      owners: [subgraph],
      requires: { selection: chosen.map(selectionFor).join(' '), fields: chosen.map((field) => field.name) },
      args: choice.chance(0.15) ? ARGUMENTS : undefined,
    })
  }
}

/** An interface promises these in all subgraphs that know it. */
const IN_INTERFACES: ReadonlySet<string> = new Set(['tag', 'peer'])
const ENTITIES = ['Ant', 'Bee', 'Cat', 'Dog', 'Elk']
const VALUES = ['Vat', 'Wax']
const isRequirable = ({ type: { named } }: FieldPlan) =>
  LEAVES.includes(named) || ENTITIES.includes(named) || VALUES.includes(named)
const selectionFor = ({ name, type: { named } }: FieldPlan) =>
  ENTITIES.includes(named) ? `${name} { id }` : VALUES.includes(named) ? `${name} { ${named.toLowerCase()}0 }` : name

export function planProvides(choice: Choice, entity: EntityPlan, entities: readonly EntityPlan[]): void {
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
        !one.args &&
        !IN_INTERFACES.has(one.name),
    )
    if (provided.length === 0) continue
    const { name } = choice.one(provided)
    entity.fields[i] = { ...field, provides: name }
    // What another one gives along must be shareable, though the composer that is used here lets it pass.
    const at = target.fields.findIndex((one) => one.name === name)
    const found = target.fields[at]
    if (found) target.fields[at] = { ...found, isProvided: true }
  }
}
