import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  KnownFragmentNamesRule,
  MaxIntrospectionDepthRule,
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  NoUnusedFragmentsRule,
  OverlappingFieldsCanBeMergedRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { createIntrospectionLimit } from './introspection-size.ts'
import { OverlappingFieldsRule } from './overlapping-fields.ts'

/** What is wrong with a document that is within the limits; empty if nothing is. At most `maxErrors` faults. */
export type Validation = (document: DocumentNode, maxErrors: number) => readonly GraphQLError[]

/** Rules on which the others stand: after them each fragment belongs to an operation, whose weight has been measured. */
const FRAGMENT_RULES: readonly ValidationRule[] = [KnownFragmentNamesRule, NoFragmentCyclesRule, NoUnusedFragmentsRule]

/**
 * Replaced by ones that take time in proportion to the document: graphql-js compares every two fields of a name, and walks
 * fragments of the introspection as often as they are spread.
 */
const REPLACED: readonly ValidationRule[] = [OverlappingFieldsCanBeMergedRule, MaxIntrospectionDepthRule]

/** The rules of GraphQL on `schema`. With `introspection` off, asking for the schema is a fault. */
export function createValidation(schema: GraphQLSchema, options: { readonly introspection: boolean }): Validation {
  const standard = specifiedRules.filter((rule) => !REPLACED.includes(rule))
  const rules = [...standard, OverlappingFieldsRule, ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule])]
  const findTooMuchIntrospection = createIntrospectionLimit(schema)
  return (document, maxErrors) => {
    const limits = { maxErrors }
    const hasFragments = document.definitions.some(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
    const faults = hasFragments ? validate(schema, document, FRAGMENT_RULES, limits) : []
    if (faults.length > 0) return faults
    const others = validate(schema, document, rules, limits)
    if (others.length > 0) return others
    const tooMuch = findTooMuchIntrospection(document)
    return tooMuch ? [tooMuch] : []
  }
}
