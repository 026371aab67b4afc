import { mulberry32 } from '@planet/runtime/random'

/** Decisions of a generator, all made from one seed. */
export type Choice = {
  chance(probability: number): boolean
  /** An integer of [0, count). */
  below(count: number): number
  between(least: number, most: number): number
  /** Throws for an empty list. */
  one<Item>(items: readonly Item[]): Item
  /** Up to `count` different items, in random order. */
  some<Item>(items: readonly Item[], count: number): Item[]
}

export function createChoice(seed: number): Choice {
  const random = mulberry32(seed)
  const below = (count: number) => Math.floor(random() * count)
  const some = <Item>(items: readonly Item[], count: number) => {
    const rest = [...items]
    const picked: Item[] = []
    while (rest.length > 0 && picked.length < count) picked.push(...rest.splice(below(rest.length), 1))
    return picked
  }
  return {
    chance: (probability) => random() < probability,
    below,
    between: (least, most) => least + below(most - least + 1),
    one(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('nothing to choose from')
      return item
    },
    some,
  }
}
