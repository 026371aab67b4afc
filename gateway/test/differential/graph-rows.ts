import type { Choice } from './choice.ts'
import { subjectOf } from './graph-text.ts'
import type { EntityPlan, FieldPlan, GraphPlan, RootPlan, TypeUse } from './plan-types.ts'
import { type Asked, Derived, Link, type Row, type Rows, read, stableText } from './world.ts'

const TEXTS = ['', 'plain', 'quote " and \\ slash', 'line\nbreak', 'ümläut €', '\u2028 separator', 'null', '</script>']
const NUMBERS = [0, 1, -1, 7, 2147483647, -2147483648]
const STAMPS = [{ deep: { er: [1, null, 'x'] } }, [1, [2]], 'text', 12.5, true, { __typename: 1 }]

/** Rows for a plan: two to four of each entity, linked at random. */
export function makeRows(choice: Choice, plan: GraphPlan): Rows {
  const rows: Record<string, Row> = {}
  const names = new Map(
    plan.entities.map(({ name }) => [name, Array.from({ length: choice.between(2, 4) }, (_, i) => `${name}${i}`)]),
  )
  const maker = createMaker(choice, plan, names)
  for (const entity of plan.entities) {
    for (const [i, name] of (names.get(entity.name) ?? []).entries()) rows[name] = maker.entity(entity, name, i)
  }
  rows.Query = maker.roots('Query', plan.queries)
  rows.Mutation = maker.roots('Mutation', plan.mutations)
  rows.Subscription = maker.roots('Subscription', plan.subscriptions)
  return rows
}

function createMaker(choice: Choice, plan: GraphPlan, names: ReadonlyMap<string, readonly string[]>) {
  const unions = new Map(plan.unions.map((union) => [union.name, union]))
  const interfaces = new Map(plan.interfaces.map((one) => [one.name, one]))
  const values = new Map(plan.values.map((value) => [value.name, value]))

  /** Without wrappers; abstract types only as the subgraph knows them. */
  const bare = (named: string, subgraph: string, depth: number): unknown => {
    const entity = names.get(named)
    if (named === 'Query') return new Link(named)
    if (entity) return new Link(choice.one(entity))
    const value = values.get(named)
    if (value) {
      const fields = value.fields.map((field): [string, unknown] => [field.name, wrapped(field.type, subgraph, depth + 1)])
      return { __typename: named, ...Object.fromEntries(fields) }
    }
    const union = unions.get(named)
    if (union) return bare(choice.one(union.parts.get(subgraph) ?? []), subgraph, depth)
    const one = interfaces.get(named)
    if (one) {
      const members =
        one.object?.subgraph === subgraph
          ? [...one.parts.values()].flatMap((part) => part.members)
          : one.parts.get(subgraph)?.members
      return bare(choice.one(members ?? []), subgraph, depth)
    }
    return leaf(named)
  }

  const leaf = (named: string): unknown => {
    if (named === 'Int') return choice.one(NUMBERS)
    if (named === 'Float') return choice.one([...NUMBERS, 0.1, 1e21, -2.5e-7])
    if (named === 'Boolean') return choice.chance(0.5)
    if (named === 'Color') return choice.one(['RED', 'GREEN', 'BLUE'])
    if (named === 'Stamp') return choice.one(STAMPS)
    return choice.one(TEXTS)
  }

  const wrapped = (type: TypeUse, subgraph: string, depth = 0): unknown => {
    const outer = type.wrappers.at(-1)
    const inner = { named: type.named, wrappers: type.wrappers.slice(0, -1) }
    if (outer === '!') return isList(inner) ? list(inner, subgraph, depth) : bare(type.named, subgraph, depth)
    if (choice.chance(0.12)) return null
    return outer === '[]' ? list(type, subgraph, depth) : bare(type.named, subgraph, depth)
  }

  const isList = (type: TypeUse) => type.wrappers.at(-1) === '[]'
  const list = (type: TypeUse, subgraph: string, depth: number) =>
    Array.from({ length: choice.below(4) }, () =>
      wrapped({ named: type.named, wrappers: type.wrappers.slice(0, -1) }, subgraph, depth),
    )

  const fieldValue = (field: FieldPlan): unknown => {
    if (field.requires) {
      return new Derived(
        field.requires.selection,
        (given, args) => `${field.name} of ${stableText(given)}${field.args ? stableText(args) : ''}`,
      )
    }
    const value = wrapped(field.type, field.owners[0] ?? '')
    if (!field.args) return value
    return withArguments(value, field.type)
  }

  return {
    entity({ name, fields }: EntityPlan, rowName: string, i: number): Row {
      const row: Record<string, unknown> & { __typename: string } = {
        __typename: name,
        id: rowName,
        sku: `sku ${i}`,
        org: `org ${i % 2}`,
        code: i,
        place: { __typename: 'Place', x: i, y: `${i}"` },
      }
      for (const field of fields) row[field.name] = fieldValue(field)
      for (const one of plan.interfaces) {
        const isMember = [...one.parts.values()].some((part) => part.members.includes(name))
        for (const field of isMember ? (one.object?.fields ?? []) : []) row[field.name] = fieldValue(field)
      }
      return row
    },
    roots(type: string, roots: readonly RootPlan[]): Row {
      const row: Record<string, unknown> & { __typename: string } = { __typename: type }
      for (const root of roots) {
        if (type === 'Mutation') row[root.name] = bump(subjectOf(plan), names)
        else if (root.argument === 'id') row[root.name] = byId(root.type.named)
        else if (root.argument === 'filter') row[root.name] = withArguments(wrapped(root.type, root.owners[0] ?? ''), root.type)
        else row[root.name] = wrapped(root.type, root.owners[0] ?? '')
      }
      return row
    },
  }
}

/** The entity of that id, or the first if there is none: the field may be one that is never null. */
const byId =
  (type: string) =>
  ({ args, rows }: Asked) => {
    const row = rows[String(args.id)]
    return row?.__typename === type ? row : rows[`${type}0`]
  }

/** Arguments show in texts and in the length of lists. */
function withArguments(value: unknown, type: TypeUse) {
  return ({ args, ...asked }: Asked) => {
    const known = read(value, { args, ...asked })
    if (typeof known === 'string' && (type.named === 'String' || type.named === 'ID')) return `${known} ${stableText(args)}`
    if (Array.isArray(known) && typeof args.count === 'number' && args.count >= 0) return known.slice(0, args.count)
    return known
  }
}

/** Adds to the total of the execution, so that the order of mutations shows. */
function bump(subject: string, names: ReadonlyMap<string, readonly string[]>) {
  return ({ args, state }: Asked): Row => {
    state.total = state.total * 3 + Number(args.by)
    return { __typename: 'Outcome', total: state.total, about: new Link(names.get(subject)?.[Math.abs(state.total) % 2] ?? '') }
  }
}
