import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql'
import type { Choice } from './choice.ts'
import { reservedName } from './reserved-names.ts'

type Field = GraphQLField<unknown, unknown>

/** What the rest of the operation's writer lends. */
export type RivalTools = {
  readonly schema: GraphQLSchema
  /** Arguments as written behind a field; counts it. */
  args(field: Field): string
  /** Conditions as written behind a field or fragment, mostly none. */
  conditions(probability?: number): string
  /** A selection like any other. */
  selection(type: GraphQLCompositeType, depth: number): string
  mayGoDeeper(depth: number): boolean
}

/**
 * Selections that meet under one name although their types exclude each other: the same field or another, with the same
 * arguments or others, with what is asked below alike or not. Beside them, it may be, the field for all types.
 */
export function writeRivals(choice: Choice, type: GraphQLCompositeType, depth: number, tools: RivalTools): readonly string[] {
  if (!isAbstractType(type)) return []
  const members = choice.some(tools.schema.getPossibleTypes(type), choice.between(2, 3))
  const meeting = meetingOf(choice, members, tools.mayGoDeeper(depth))
  if (!meeting) return []
  const fields = members.flatMap((member) => {
    const field = choice.chance(0.6) ? member.getFields()[meeting.name] : undefined
    const others = Object.values(member.getFields()).filter((one) => String(one.type) === String(meeting.type))
    const chosen =
      field && String(field.type) === String(meeting.type) ? field : others.length > 0 ? choice.one(others) : undefined
    return chosen ? [{ member, field: chosen }] : []
  })
  const names = new Set(fields.map(({ field }) => field.name))
  const alias =
    names.size === 1 && choice.chance(0.6) ? '' : `${choice.chance(0.2) ? reservedName(choice, meeting.name, [...names]) : 'v'}: `
  const below = getNamedType(meeting.type)
  const selections = isCompositeType(below) ? rivalSelections(choice, below, fields.length, depth + 1, tools) : []
  const written = fields.map(({ member, field }, index) => {
    const own = `${alias}${field.name}${tools.args(field)}${tools.conditions()} ${selections[index] ?? ''}`
    const others = choice.some(Object.values(member.getFields()).filter(isPlainLeaf), choice.below(2)).map((one) => one.name)
    return `... on ${member.name}${tools.conditions(0.25)} { ${choice.some([own, ...others], 2).join(' ')} }`
  })
  const isCommon = 'getFields' in type && type.getFields()[meeting.name]?.args.length === 0 && alias === ''
  if (isCommon && choice.chance(0.4)) written.push(`${meeting.name}${selections.length > 0 ? ' { __typename }' : ''}`)
  return written
}

/** A field of which at least two of the types have one of the same type. */
function meetingOf(choice: Choice, members: readonly GraphQLObjectType[], mayGoDeeper: boolean): Field | undefined {
  const all = members.flatMap((member) => Object.values(member.getFields()))
  const holders = (field: Field) =>
    members.filter((member) => Object.values(member.getFields()).some(({ type }) => String(type) === String(field.type)))
  const possible = all.filter((field) => holders(field).length > 1)
  const deep = possible.filter((field) => isCompositeType(getNamedType(field.type)))
  const named = deep.filter(({ name }) => members.filter((member) => member.getFields()[name]).length > 1)
  if (mayGoDeeper && named.length > 0 && choice.chance(0.6)) return choice.one(named)
  if (mayGoDeeper && deep.length > 0 && choice.chance(0.5)) return choice.one(deep)
  const leaves = possible.filter((field) => !deep.includes(field))
  return leaves.length > 0 ? choice.one(leaves) : undefined
}

const isPlainLeaf = ({ type, args }: Field) => args.length === 0 && !isCompositeType(getNamedType(type))

/** As many selections of one type as are asked for, which have some names in common. */
function rivalSelections(
  choice: Choice,
  type: GraphQLCompositeType,
  count: number,
  depth: number,
  tools: RivalTools,
): readonly string[] {
  const times = Array.from({ length: count }, (_, index) => index)
  if (isUnionType(type)) return times.map(() => tools.selection(type, depth))
  const fields = Object.values(type.getFields())
  const slots = Array.from({ length: choice.between(1, 3) }, (_, slot) => {
    const mayBe = fields.filter((field) => tools.mayGoDeeper(depth) || !isCompositeType(getNamedType(field.type)))
    const texts = mayBe.filter((field) => String(field.type) === 'String')
    const first = choice.one(texts.length > 1 && choice.chance(0.6) ? texts : mayBe)
    const alike = mayBe.filter((field) => String(field.type) === String(first.type))
    const below = getNamedType(first.type)
    const selections = isCompositeType(below) ? rivalSelections(choice, below, count, depth + 1, tools) : []
    const isRenamed = choice.chance(0.5)
    return times.map((index) => {
      if (choice.chance(0.25)) return ''
      const field = isRenamed ? choice.one(alike) : first
      return `${isRenamed ? `s${slot}: ` : ''}${field.name}${tools.args(field)}${tools.conditions()} ${selections[index] ?? ''}`
    })
  })
  return times.map((index) => {
    const own = slots.map((slot) => slot[index] ?? '').filter((text) => text !== '')
    if (own.length === 0 || choice.chance(0.2)) own.push('__typename')
    return `{ ${choice.some(own, own.length).join(' ')} }`
  })
}
