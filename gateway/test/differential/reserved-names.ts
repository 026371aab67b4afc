import type { Choice } from './choice.ts'

/** Aliases that mean something to somebody on the way, by what they are taken for. */
const FORMS: Readonly<Record<string, (field: string, others: readonly string[]) => readonly string[]>> = {
  'the name of a type': () => ['__typename'],
  'introspection or something to come': () => ['__x', '__schema', '__type'],
  'a key': () => ['id', 'sku', 'org', 'code', 'place'],
  'another field': (_, others) => others,
  'the machinery of subgraphs': () => ['_entities', '_service'],
  "one of a planner's": (field) => [`${field}__alias_0`, `${field}__alias_1`],
  "one of an engine's": (field, others) => ['_0', '_1', ...others.map((other) => `${other}__${field}`)],
  'what every object has': () => ['constructor', 'toString', 'hasOwnProperty', '__proto__'],
}
export const RESERVED_FORMS = Object.keys(FORMS)

/** An alias of `field` beside which its type has `others`. */
export function reservedName(choice: Choice, field: string, others: readonly string[]): string {
  const names = choice.one(Object.values(FORMS))(field, others)
  return names.length > 0 ? choice.one(names) : `${field}__alias_0`
}

/** What an alias is taken for; empty for one that means nothing. */
export const formsOf = (alias: string, field: string, others: readonly string[]): readonly string[] =>
  RESERVED_FORMS.filter((form) => FORMS[form]?.(field, others).includes(alias))
