import { codedError } from '../errors.ts'
import { type Id, parseId } from '../ids.ts'

/** Ids that an argument which narrows a stream may hold. */
const MAX_IDS = 100

/**
 * The ids of an argument that narrows a stream, without repetitions; null where it does not narrow. Throws BAD_USER_INPUT
 * for none, for more than 100, and unless `count` finds that every one of them names something.
 */
export async function parseIdFilter<Kind extends string>(
  argument: string,
  ids: readonly string[] | null | undefined,
  count: (ids: readonly Id<Kind>[]) => Promise<number>,
): Promise<readonly Id<Kind>[] | null> {
  if (!ids) return null
  if (ids.length === 0 || ids.length > MAX_IDS)
    throw codedError('BAD_USER_INPUT', `\`${argument}\` must be null or hold 1 to ${MAX_IDS} ids.`)
  const parsed = [...new Set(ids)].map((id) => parseId<Kind>(id))
  const known = parsed.filter((id) => id !== null)
  if (known.length < parsed.length || (await count(known)) < known.length)
    throw codedError('BAD_USER_INPUT', `\`${argument}\` names something that is not there.`)
  return known
}
