import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql'

type Definition = OperationDefinitionNode | FragmentDefinitionNode

/**
 * The text of operations and fragments, without layout. graphql-js' `print` sets each level in anew, so that what it takes
 * grows with the product of length and depth; this grows with the length.
 */
export const textOfDocument = ({ definitions }: Pick<DocumentNode, 'definitions'>): string =>
  definitions.map((definition) => textOfDefinition(executable(definition))).join(' ')

/** As `textOfDocument`, of one definition. */
export const textOfDefinition = (definition: Definition): string =>
  (definition.kind === Kind.OPERATION_DEFINITION ? operationHead(definition) : fragmentHead(definition)) +
  directives(definition.directives) +
  selectionSet(definition.selectionSet)

function executable(definition: DocumentNode['definitions'][number]): Definition {
  if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION) return definition
  throw new Error('a request holds nothing but operations and fragments')
}

const operationHead = ({ operation, name, variableDefinitions = [] }: OperationDefinitionNode) =>
  `${operation}${name ? ` ${name.value}` : ''}${list('(', variableDefinitions.map(textOfVariableDefinition), ')')}`

const fragmentHead = ({ name, typeCondition }: FragmentDefinitionNode) => `fragment ${name.value} on ${typeCondition.name.value}`

/** The text of the declaration of a variable. */
export const textOfVariableDefinition = ({ variable, type, defaultValue, directives: own }: VariableDefinitionNode) =>
  `$${variable.name.value}:${typeText(type)}${defaultValue ? `=${textOfValue(defaultValue)}` : ''}${directives(own)}`

function typeText(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return `${typeText(type.type)}!`
  return type.kind === Kind.LIST_TYPE ? `[${typeText(type.type)}]` : type.name.value
}

const selectionSet = ({ selections }: SelectionSetNode): string => `{${selections.map(textOfSelection).join(' ')}}`

/** The text of one selection with all below it. */
export function textOfSelection(selection: SelectionNode): string {
  const own = directives(selection.directives)
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value}${own}`
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const condition = selection.typeCondition ? `on ${selection.typeCondition.name.value}` : ''
    return `...${condition}${own}${selectionSet(selection.selectionSet)}`
  }
  const { alias, name, arguments: given, selectionSet: inner } = selection
  return `${alias ? `${alias.value}:` : ''}${name.value}${argumentsText(given)}${own}${inner ? selectionSet(inner) : ''}`
}

const directives = (nodes: readonly DirectiveNode[] | undefined): string =>
  (nodes ?? []).map(({ name, arguments: given }) => `@${name.value}${argumentsText(given)}`).join('')

const argumentsText = (nodes: readonly ArgumentNode[] | undefined): string => list('(', (nodes ?? []).map(argumentText), ')')

const argumentText = ({ name, value }: ArgumentNode) => `${name.value}:${textOfValue(value)}`

/** The text of a literal. A block string is written as the plain string of the same value. */
export function textOfValue(value: ValueNode): string {
  switch (value.kind) {
    case Kind.VARIABLE:
      return `$${value.name.value}`
    case Kind.STRING:
      // Whatever JSON escapes, GraphQL escapes alike.
      return JSON.stringify(value.value)
    case Kind.LIST:
      return `[${value.values.map(textOfValue).join(' ')}]`
    case Kind.OBJECT:
      return `{${value.fields.map((field) => `${field.name.value}:${textOfValue(field.value)}`).join(' ')}}`
    case Kind.NULL:
      return 'null'
    default:
      return String(value.value)
  }
}

const list = (open: string, items: readonly string[], close: string) =>
  items.length === 0 ? '' : `${open}${items.join(' ')}${close}`
