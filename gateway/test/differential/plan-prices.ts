import type { Choice } from './choice.ts'
import type { EntityPlan } from './plan-types.ts'

const CURRENCIES = ['USD', 'EUR', 'YEN']

/** Whether a field is one that requires a price. */
export const isPriced = (name: string) => CURRENCIES.some((currency) => name.startsWith(currency.toLowerCase()))

/** A field that others require with arguments. */
export function planPrice(choice: Choice, entity: EntityPlan): void {
  if (!choice.chance(0.5)) return
  entity.fields.push({
    name: 'price',
    type: { named: 'String', wrappers: [] },
    owners: [choice.one([...entity.presence.keys()])],
    // No default: a subgraph would see it in what the whole graph never asks.
    args: 'currency: String!, tier: Int',
  })
}

/** Fields that require one field with different arguments, in one subgraph and in several, also of another entity. */
export function planPriced(choice: Choice, entity: EntityPlan, entities: readonly EntityPlan[]): void {
  const isForeign = (of: EntityPlan, subgraph: string) =>
    of.fields.some(({ name, owners }) => name === 'price' && !owners.includes(subgraph))
  const peer = entity.fields.find(({ name }) => name === 'peer')
  const other = entities.find(({ name }) => name === peer?.type.named)
  for (const subgraph of entity.presence.keys()) {
    const add = (currency: string, isOfPeer: boolean) => {
      const price = `price(currency: "${currency}"${choice.chance(0.2) ? ', tier: 1' : ''})`
      const base = { type: { named: 'String', wrappers: [] }, owners: [subgraph] } as const
      const name = `${currency.toLowerCase()}${entity.fields.length}`
      if (!isOfPeer) entity.fields.push({ ...base, name, requires: { selection: price, fields: ['price'] } })
      else if (other) {
        const beyond = { entity: other.name, field: 'price' }
        entity.fields.push({ ...base, name, requires: { selection: `peer { ${price} }`, fields: ['peer'], beyond } })
      }
    }
    if (isForeign(entity, subgraph) && choice.chance(0.7)) {
      for (const currency of choice.some(CURRENCIES, choice.between(1, 2))) add(currency, false)
    }
    if (other?.presence.has(subgraph) && isForeign(other, subgraph) && !peer?.args && choice.chance(0.5)) {
      for (const currency of choice.some(CURRENCIES, choice.between(1, 2))) add(currency, true)
    }
  }
}
