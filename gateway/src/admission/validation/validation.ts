import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  MaxIntrospectionDepthRule,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { createIntrospectionLimit } from './introspection-size.ts'
import { OverlappingFieldsRule } from './overlapping-fields.ts'

/** What is wrong with a document that is within the limits; empty if nothing is. At most `maxErrors` faults. */
export type Validation = (document: DocumentNode, maxErrors: number) => readonly GraphQLError[]

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
    const faults = validate(schema, document, rules, { maxErrors })
    if (faults.length > 0) return faults
    const tooMuch = findTooMuchIntrospection(document)
    return tooMuch ? [tooMuch] : []
  }
}
