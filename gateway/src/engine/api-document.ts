import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql'

/** What a supergraph links. Types and directives of that name, under it, or imported from it are not the API's. */
type Feature = {
  readonly url: string
  readonly name: string
  /** For what is imported, by the feature's own name for it, the name it has in the document; directives with their `@`. */
  readonly imports: ReadonlyMap<string, string>
}

const LINK = /^https:\/\/specs\.apollo\.dev\/(link|core)\//
const INACCESSIBLE = /^https:\/\/specs\.apollo\.dev\/inaccessible\//
/** Directives of clients that are not served. */
const UNSERVED = new Set(['defer', 'stream'])

/**
 * The public API of a supergraph, in the order of its document: without what is inaccessible, and without what belongs to
 * the features that it links, by which composition tells planners about subgraphs. What composition has made sure of is not
 * looked at again.
 */
export function apiDocumentOf(supergraph: DocumentNode): DocumentNode {
  const features = featuresOf(supergraph)
  const definitions = supergraph.definitions.filter((definition) => !isOfFeature(definition, features))
  const hiding = features.find(({ url }) => INACCESSIBLE.test(url))
  const hidden = hiding && (hiding.imports.get('@inaccessible') ?? `@${hiding.name}`)
  return { ...supergraph, definitions: hidden ? withoutHidden(definitions, hidden) : definitions }
}

type MayHide = { readonly kind: string; readonly directives?: readonly DirectiveNode[] | undefined }

/** The definitions without what has the directive `hidden`, and without mentions of types that have it. */
function withoutHidden(definitions: readonly DefinitionNode[], hidden: string): DefinitionNode[] {
  const isShown = ({ directives }: MayHide) => !directives?.some(({ name }) => `@${name.value}` === hidden)
  const shown = definitions.filter(isShown)
  const names = new Set(shown.flatMap((each) => ('name' in each && each.name ? [each.name.value] : [])))
  const isNamed = ({ name }: { readonly name: { readonly value: string } }) => names.has(name.value)
  return shown.map((definition) => {
    switch (definition.kind) {
      case Kind.SCHEMA_DEFINITION:
        return { ...definition, operationTypes: definition.operationTypes.filter(({ type }) => isNamed(type)) }
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const fields = (definition.fields ?? []).filter(isShown)
        return {
          ...definition,
          interfaces: (definition.interfaces ?? []).filter(isNamed),
          fields: fields.map((field) => ({ ...field, arguments: (field.arguments ?? []).filter(isShown) })),
        }
      }
      case Kind.UNION_TYPE_DEFINITION:
        return { ...definition, types: (definition.types ?? []).filter(isNamed) }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return { ...definition, fields: (definition.fields ?? []).filter(isShown) }
      case Kind.ENUM_TYPE_DEFINITION:
        return { ...definition, values: (definition.values ?? []).filter(isShown) }
      case Kind.DIRECTIVE_DEFINITION:
        return { ...definition, arguments: (definition.arguments ?? []).filter(isShown) }
      default:
        return definition
    }
  })
}

function featuresOf({ definitions }: DocumentNode): readonly Feature[] {
  const applied = definitions.flatMap((each) => (each.kind === Kind.SCHEMA_DEFINITION ? (each.directives ?? []) : []))
  const features = applied.flatMap((directive) => {
    const url = textOf(directive, 'url') ?? textOf(directive, 'feature')
    if (url === null) return []
    // What stands before the version.
    const name = textOf(directive, 'as') ?? url.split('/').at(-2) ?? ''
    return [{ directive: directive.name.value, url, name, imports: importsOf(directive) }]
  })
  const link = features.find(({ url }) => LINK.test(url))
  return features.filter(({ directive }) => directive === link?.name)
}

function valueOf({ arguments: given = [] }: ConstDirectiveNode, argument: string): ConstValueNode | undefined {
  return given.find(({ name }) => name.value === argument)?.value
}

function textOf(directive: ConstDirectiveNode, argument: string): string | null {
  const value = valueOf(directive, argument)
  return value?.kind === Kind.STRING ? value.value : null
}

function importsOf(directive: ConstDirectiveNode): ReadonlyMap<string, string> {
  const value = valueOf(directive, 'import')
  // The specification of @link: names, or objects with a name and the one it has here.
  const given = (value ? valueFromASTUntyped(value) : []) as readonly (string | { name: string; as?: string })[]
  return new Map(given.map((each) => (typeof each === 'string' ? [each, each] : [each.name, each.as ?? each.name])))
}

function isOfFeature(definition: DefinitionNode, features: readonly Feature[]): boolean {
  if (!('name' in definition) || !definition.name) return false
  const { value } = definition.name
  const isDirective = definition.kind === Kind.DIRECTIVE_DEFINITION
  if (isDirective && UNSERVED.has(value)) return true
  const imported = isDirective ? `@${value}` : value
  return features.some(
    ({ name, imports }) =>
      value.startsWith(`${name}__`) || (isDirective && value === name) || [...imports.values()].includes(imported),
  )
}
