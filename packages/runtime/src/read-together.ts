import DataLoader from 'dataloader'

/**
 * Reads by one key what `readMany` reads by many, in the order of the keys: those that are asked for in one turn of the
 * loop are read together. Nothing is remembered, so it may live as long as a subscription.
 */
export function readTogether<Key, Row>(readMany: (keys: readonly Key[]) => Promise<readonly Row[]>): (key: Key) => Promise<Row> {
  const loader = new DataLoader<Key, Row>(readMany, { cache: false })
  return (key) => loader.load(key)
}
