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
  /** The arguments as declared. */
  readonly args?: string | undefined
  readonly isInaccessible?: boolean
  /** Whether a subgraph gives it along with a field of its own. */
  readonly isProvided?: boolean
  /** Selection that its owner requires, and the fields of the same type that it needs there as external. */
  readonly requires?: {
    readonly selection: string
    readonly fields: readonly string[]
    /** A field of another entity that it needs as external too. */
    readonly beyond?: { readonly entity: string; readonly field: string }
  }
  /** A field of the referred entity that the owner gives along. */
  readonly provides?: string
}

export type KeyPlan = { readonly selection: string; readonly fields: readonly { readonly name: string; readonly type: string }[] }
/** A key as one subgraph has it. */
export type OwnKey = KeyPlan & { readonly isResolvable: boolean }
export type EntityPlan = {
  readonly name: string
  readonly home: string
  /** Keys by the subgraphs that have fields of the entity. Where there is no `id`, no key of another subgraph may be one either. */
  readonly presence: ReadonlyMap<string, readonly OwnKey[]>
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

/** What texts and lists may be asked with. */
export const ARGUMENTS = 'text: String, count: Int = 2, color: Color = GREEN, filter: Filter'

export const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Stamp']

/** Wrappers around a leaf or a reference; lists of lists are rare, as in life. */
export function wrap(choice: Choice, named: string, listShare = 0.3): TypeUse {
  const wrappers: ('!' | '[]')[] = []
  if (choice.chance(0.35)) wrappers.push('!')
  for (let level = 0; level < 2 && choice.chance(level === 0 ? listShare : 0.15); level++) {
    wrappers.push('[]')
    if (choice.chance(0.35)) wrappers.push('!')
  }
  return { named, wrappers }
}

export const printType = ({ named, wrappers }: TypeUse) =>
  wrappers.reduce((text, wrapper) => (wrapper === '!' ? `${text}!` : `[${text}]`), named)

/** What fields may return. */
export type Referable = {
  readonly entityNames: readonly string[]
  readonly values: readonly ValuePlan[]
  readonly unions: readonly UnionPlan[]
  readonly interfaces: readonly InterfacePlan[]
}

/** Subgraphs in which a field may return the abstract type. */
export const partsOf = ({ unions, interfaces }: Pick<Referable, 'unions' | 'interfaces'>, subgraph: string) => [
  ...unions.filter((union) => union.parts.has(subgraph)).map((union) => union.name),
  ...interfaces
    .filter((one) => (one.parts.get(subgraph)?.members.length ?? 0) > 0 || one.object?.subgraph === subgraph)
    .map((one) => one.name),
]
