import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

type Kind = 'query' | 'mutation' | 'subscription'

/** An argument or a field of an input object, somewhere in an operation that is right but for it. */
export type InputPlace = {
  /** As `Query.creators(first:)` or `MoneyInput.amount in Mutation.askQuestion`. */
  readonly name: string
  readonly kind: Kind
  readonly type: GraphQLInputType
  /** Takes no null, but may be left out. */
  readonly hasDefault: boolean
  /** The operation with this text in the place, e.g. `$value` or `"A"`; its variable is declared if `variable` is its type. */
  readonly operation: (text: string, variable?: GraphQLInputType) => string
  /** Where the field's value stands in the answer, below lists the first. */
  readonly path: readonly string[]
  /** True of a connection's arguments. */
  readonly isPaged: boolean
}

/** The text of a value that is right, by the name of the argument or field, of an `id` by that of its field; undefined for any. */
export type Sample = (name: string) => string | undefined

type Asked = { readonly open: string; readonly close: string; readonly path: readonly string[] }

/** Every place for a value in the API: of each field that a query can reach, of each mutation and subscription. */
export function inputPlacesOf(api: GraphQLSchema, sampleOf: Sample): readonly InputPlace[] {
  const places: InputPlace[] = []
  const seen = new Set<GraphQLObjectType>()
  // Breadth first, so that a type is asked for by its id where it can be.
  const waiting: { readonly kind: Kind; readonly type: GraphQLObjectType; readonly asked: Asked }[] = []
  const reach = (kind: Kind, type: GraphQLObjectType, asked: Asked) => {
    if (seen.has(type)) return
    seen.add(type)
    waiting.push({ kind, type, asked })
  }
  const visit = (kind: Kind, type: GraphQLObjectType, { open, close, path }: Asked) => {
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type)
      const isPaged = isObjectType(named) && named.name.endsWith('Connection')
      const selection = isPaged ? ' { edges { cursor } pageInfo { endCursor } }' : isCompositeType(named) ? ' { __typename }' : ''
      const facts = { kind, path: [...path, field.name], isPaged }
      for (const arg of field.args) {
        const others = () =>
          textsOf(
            field.args.filter((each) => each !== arg && isRequiredArgument(each)),
            sampleOf,
          )
        const wrap = (text: string) =>
          `${open} ${field.name}(${[...others(), `${arg.name}: ${text}`].join(', ')})${selection} ${close}`
        places.push(...placesAt(arg, `${type.name}.${field.name}(${arg.name}:)`, wrap, sampleOf, facts))
      }
      if (kind !== 'query' || !isObjectType(named)) continue
      const args = textsOf(field.args.filter(isRequiredArgument), (name) => sampleOf(name === 'id' ? field.name : name))
      const call = `${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}`
      reach(kind, named, { open: `${open} ${call} {`, close: `} ${close}`, path: facts.path })
    }
  }
  const root = { open: '{', close: '}', path: [] }
  for (const [kind, type] of [
    ['query', api.getQueryType()],
    ['mutation', api.getMutationType()],
    ['subscription', api.getSubscriptionType()],
  ] as const) {
    if (type) reach(kind, type, root)
  }
  for (let next = waiting.shift(); next; next = waiting.shift()) visit(next.kind, next.type, next.asked)
  return places
}

function placesAt(
  at: GraphQLArgument | GraphQLInputField,
  name: string,
  wrap: (text: string) => string,
  sampleOf: Sample,
  facts: Pick<InputPlace, 'kind' | 'path' | 'isPaged'>,
): readonly InputPlace[] {
  const place: InputPlace = {
    ...facts,
    name,
    type: at.type,
    hasDefault: isNonNullType(at.type) && at.defaultValue !== undefined,
    operation: (text, variable) => `${facts.kind}${variable ? ` ($value: ${variable})` : ''} ${wrap(text)}`,
  }
  const named = getNamedType(at.type)
  if (!isInputObjectType(named)) return [place]
  const isList = isListType(getNullableType(at.type))
  const inner = Object.values(named.getFields()).flatMap((field) => {
    const others = () =>
      textsOf(
        Object.values(named.getFields()).filter((each) => each !== field && isRequiredInputField(each)),
        sampleOf,
      )
    const wrapField = (text: string) => {
      const object = `{ ${[...others(), `${field.name}: ${text}`].join(', ')} }`
      return wrap(isList ? `[${object}]` : object)
    }
    return placesAt(field, `${named.name}.${field.name} in ${name}`, wrapField, sampleOf, facts)
  })
  return [place, ...inner]
}

const textsOf = (all: readonly (GraphQLArgument | GraphQLInputField)[], sampleOf: Sample): string[] =>
  all.map(({ name, type }) => `${name}: ${sampleOf(name) ?? plainSample(type, sampleOf)}`)

function plainSample(type: GraphQLInputType, sampleOf: Sample): string {
  const bare = getNullableType(type)
  if (isListType(bare)) return `[${plainSample(bare.ofType, sampleOf)}]`
  if (isInputObjectType(bare)) return objectSample(bare, sampleOf)
  if (isEnumType(bare)) return bare.getValues()[0]?.name ?? ''
  switch (getNamedType(type).name) {
    case 'Boolean':
      return 'true'
    case 'Int':
      return '1'
    case 'Float':
      return '0.5'
    case 'Decimal':
      return '"1"'
    default:
      return '"x"'
  }
}

const objectSample = (type: GraphQLInputObjectType, sampleOf: Sample): string =>
  `{ ${textsOf(Object.values(type.getFields()).filter(isRequiredInputField), sampleOf).join(', ')} }`
