import type { Id } from '@planet/runtime/ids'
import type DataLoader from 'dataloader'

/** Loads what a foreign key points to: it is there. */
export async function loadExisting<Kind extends string, Row>(
  loader: DataLoader<Id<Kind>, Row | null>,
  id: Id<Kind>,
): Promise<Row> {
  const row = await loader.load(id)
  if (!row) throw new Error(`nothing has the id ${id}`)
  return row
}
