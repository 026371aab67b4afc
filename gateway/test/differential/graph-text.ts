import type { SubgraphText } from '../../../scripts/compose-supergraph.ts'
import {
  ARGUMENTS,
  type EntityPlan,
  type FieldPlan,
  type GraphPlan,
  type KeyPlan,
  type OwnKey,
  printType,
  type RootPlan,
} from './plan-types.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@requires", "@provides", "@external", "@override", "@inaccessible", "@interfaceObject"])`
/** What every subgraph may mention. Enums of inputs must be the same everywhere. */
const COMMON = `scalar Stamp
enum Color { RED GREEN BLUE }
input Filter { text: String  least: Int = 3  colors: [Color!]  within: Filter }`

/** The subgraphs of a plan as their owners would write them. */
export function printSubgraphs(plan: GraphPlan): readonly SubgraphText[] {
  return plan.subgraphs.map((name) => ({ name, typeDefs: createPrinter(plan, name).print() }))
}

/** Prints one subgraph; types are printed because something that is printed mentions them. */
function createPrinter(plan: GraphPlan, subgraph: string) {
  const printed = new Map<string, string>()
  const entities = new Map(plan.entities.map((entity) => [entity.name, entity]))
  const values = new Map(plan.values.map((value) => [value.name, value]))
  const unions = new Map(plan.unions.map((union) => [union.name, union]))
  const interfaces = new Map(plan.interfaces.map((one) => [one.name, one]))

  const need = (name: string): void => {
    if (printed.has(name)) return
    const entity = entities.get(name)
    const value = values.get(name)
    const union = unions.get(name)
    const one = interfaces.get(name)
    if (!entity && !value && !union && !one && name !== 'Place' && name !== 'Outcome') return
    // Before its fields, which may mention it.
    printed.set(name, '')
    if (entity) printed.set(name, printEntity(entity))
    else if (value)
      printed.set(name, `type ${name} @shareable {\n${value.fields.map((field) => `  ${printField(field, '')}`).join('\n')}\n}`)
    else if (union) {
      const members = union.parts.get(subgraph) ?? []
      for (const member of members) need(member)
      printed.set(name, `union ${name} = ${members.join(' | ')}`)
    } else if (one) printed.set(name, printInterface(name))
    else if (name === 'Place') printed.set(name, 'type Place @shareable { x: Int!  y: ID! }')
    else printed.set(name, `type Outcome @shareable { total: Int!  about: ${subjectOf(plan)} }`)
    if (name === 'Outcome') need(subjectOf(plan))
  }

  const printField = (field: FieldPlan, directives: string) => {
    need(field.type.named)
    return `${field.name}${field.args === undefined ? '' : `(${field.args})`}: ${printType(field.type)}${directives}`
  }

  const printInterface = (name: string) => {
    const one = interfaces.get(name)
    if (!one) throw new Error(`no interface ${name}`)
    if (one.object?.subgraph === subgraph) {
      const own = one.object.fields.map((field) => printField(field, directivesOf(field, subgraph)))
      return `type ${name} @interfaceObject @key(fields: "id") { id: ID!  ${own.join('  ')} }`
    }
    const part = one.parts.get(subgraph)
    for (const member of part?.members ?? []) need(member)
    return `interface ${name}${one.object ? ' @key(fields: "id")' : ''} { ${(part?.fields ?? []).map((field) => `${field.name}: ${field.type}`).join('  ')} }`
  }

  const printEntity = (entity: EntityPlan) => {
    const keys = entity.presence.get(subgraph)
    const implemented = plan.interfaces
      .filter((one) => one.parts.get(subgraph)?.members.includes(entity.name))
      .map((one) => one.name)
    for (const name of implemented) need(name)
    const head = `type ${entity.name}${implemented.length > 0 ? ` implements ${implemented.join(' & ')}` : ''}`
    if (!keys) return `${head} @key(fields: "id", resolvable: false) { id: ID! }`
    const external = externalsOf(plan, entity, subgraph)
    const lines = [...new Set(keys.flatMap((key) => printKey(key)))]
    // A subgraph without this key still shows it where an interface asks for it; there it is a field like others.
    if (implemented.length > 0 && !lines.includes('id: ID!')) lines.push('id: ID! @shareable')
    for (const field of entity.fields) {
      if (field.owners.includes(subgraph)) lines.push(printField(field, directivesOf(field, subgraph)))
      else if (field.takenFrom === subgraph) lines.push(printField(field, ''))
      else if (external.has(field.name)) lines.push(printField(field, ' @external'))
    }
    return `${head} ${keys.map(printDirective).join(' ')} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`
  }

  const printKey = (key: KeyPlan) => {
    for (const field of key.fields) need(field.type.replace('!', ''))
    return key.fields.map((field) => `${field.name}: ${field.type}`)
  }

  const printRoots = (type: string, roots: readonly RootPlan[]) => {
    const own = roots.filter((root) => root.owners.includes(subgraph))
    const fields = own.map((root) => {
      need(root.type.named)
      const args =
        type === 'Mutation'
          ? '(by: Int! = 1)'
          : root.argument === 'id'
            ? '(id: ID!)'
            : root.argument === 'filter'
              ? `(${ARGUMENTS})`
              : ''
      return `  ${root.name}${args}: ${printType(root.type)}${root.owners.length > 1 ? ' @shareable' : ''}`
    })
    if (fields.length > 0) printed.set(type, `type ${type} {\n${fields.join('\n')}\n}`)
  }

  return {
    print() {
      printRoots('Query', plan.queries)
      printRoots('Mutation', plan.mutations)
      printRoots('Subscription', plan.subscriptions)
      for (const entity of plan.entities) if (entity.presence.has(subgraph)) need(entity.name)
      for (const one of plan.interfaces) if (one.parts.has(subgraph) || one.object?.subgraph === subgraph) need(one.name)
      return [LINK, COMMON, ...printed.values()].join('\n\n')
    },
  }
}

const printDirective = ({ selection, isResolvable }: OwnKey) =>
  `@key(fields: "${selection}"${isResolvable ? '' : ', resolvable: false'})`

/** The entity that mutations tell about. */
export const subjectOf = (plan: GraphPlan): string => plan.entities[0]?.name ?? 'String'

function directivesOf(field: FieldPlan, subgraph: string): string {
  const { owners, takenFrom, isInaccessible, isProvided, requires, provides } = field
  return [
    owners.length > 1 || isProvided ? ' @shareable' : '',
    takenFrom === undefined || !owners.includes(subgraph) ? '' : ` @override(from: "${takenFrom}")`,
    isInaccessible ? ' @inaccessible' : '',
    requires ? ` @requires(fields: ${JSON.stringify(requires.selection)})` : '',
    provides === undefined ? '' : ` @provides(fields: "${provides}")`,
  ].join('')
}

/** Fields of the entity that the subgraph mentions without having them. */
function externalsOf(plan: GraphPlan, entity: EntityPlan, subgraph: string): ReadonlySet<string> {
  const required = entity.fields
    .filter((field) => field.owners.includes(subgraph))
    .flatMap((field) => field.requires?.fields ?? [])
  const provided = plan.entities
    .flatMap((other) => other.fields)
    .filter((field) => field.owners.includes(subgraph) && field.type.named === entity.name)
    .flatMap((field) => field.provides ?? [])
  const beyond = plan.entities
    .flatMap((other) => other.fields)
    .filter((field) => field.owners.includes(subgraph) && field.requires?.beyond?.entity === entity.name)
    .flatMap((field) => field.requires?.beyond?.field ?? [])
  return new Set([...required, ...provided, ...beyond])
}
