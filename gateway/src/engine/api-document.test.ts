import { readFileSync } from 'node:fs'
import { printSchema as printFederated } from '@apollo/federation-internals'
import { buildASTSchema, parse, printSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'
import { createChoice } from '../../test/differential/choice.ts'
import { planGraph } from '../../test/differential/graph-plan.ts'
import { printSubgraphs } from '../../test/differential/graph-text.ts'
import { apiDocumentOf } from './api-document.ts'
import { buildSupergraph } from './planning/build-supergraph.ts'

const SEEDS = 40
const VALID = { assumeValid: true, assumeValidSDL: true }

const apiOf = (supergraph: string) => printSchema(buildASTSchema(apiDocumentOf(parse(supergraph)), VALID))
/** What the planner takes for the API. */
const plannersApiOf = (supergraph: string) =>
  printSchema(buildASTSchema(parse(printFederated(buildSupergraph(supergraph).apiSchema())), VALID))

/** Links as composition prints them, and what they bring. */
const HEAD = (more: string) => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) ${more} {
    query: Query
    mutation: Mutation
  }
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
  directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
  directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
  scalar join__FieldSet
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { A @join__graph(name: "a", url: "") }`

/** One of everything that can be inaccessible. */
const BODY = (directive: string) => `
  type Query @join__type(graph: A) {
    "Described."
    shown(kept: Int = 3, gone: Gone ${directive}): Both
    all(order: Order @deprecated(reason: "Ask for less.")): [Node!]!
    gone: Hidden ${directive}
  }
  type Mutation @join__type(graph: A) ${directive} { hide: Int }
  interface Node @join__type(graph: A) { id: ID! }
  interface Secret @join__type(graph: A) ${directive} { id: ID! }
  type One implements Node & Secret @join__type(graph: A) { id: ID!  secret: Int ${directive} }
  type Hidden implements Node @join__type(graph: A) ${directive} { id: ID! }
  union Both @join__type(graph: A) = One | Hidden
  enum Order @join__type(graph: A) { UP @join__enumValue(graph: A)  DOWN @join__enumValue(graph: A) ${directive} }
  input Filter @join__type(graph: A) { text: String  gone: Gone ${directive} }
  input Gone @join__type(graph: A) ${directive} { text: String }
  scalar Stamp @join__type(graph: A) @specifiedBy(url: "https://stamp.example/")`

describe('the API of a supergraph', () => {
  it('is what the planner takes for it, in the same order', () => {
    const supergraph = readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8')
    expect(apiOf(supergraph)).toBe(plannersApiOf(supergraph))
  })

  it('is so for generated graphs', () => {
    let composed = 0
    for (let seed = 0; seed < SEEDS; seed++) {
      const texts = printSubgraphs(planGraph(createChoice(seed)))
      let supergraph: string
      try {
        supergraph = composeSupergraph(texts).supergraph
      } catch {
        continue
      }
      composed++
      expect(apiOf(supergraph), `seed ${seed}`).toBe(plannersApiOf(supergraph))
    }
    expect(composed).toBeGreaterThan(SEEDS / 2)
  })

  it.each([
    ['under its own name', '', 'inaccessible'],
    ['under another name', ', as: "veil"', 'veil'],
    ['imported', ', import: ["@inaccessible"]', 'inaccessible'],
    ['imported under another name', ', import: [{ name: "@inaccessible", as: "@veiled" }]', 'veiled'],
  ])('has nothing inaccessible, where that is linked %s', (_, link, name) => {
    const supergraph = `${HEAD(`@link(url: "https://specs.apollo.dev/inaccessible/v0.2"${link}, for: SECURITY)`)}
      directive @${name} on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
      ${BODY(`@${name}`)}`
    const api = apiOf(supergraph)
    expect(api).toBe(plannersApiOf(supergraph))
    expect(api).not.toMatch(/gone|hide|hidden|secret|DOWN|Mutation|veil|inaccessible/i)
    expect(api).toMatch(/kept|One|UP|deprecated|specifiedBy/)
  })

  it('has no directive that is not served, and those that clients may write', () => {
    const supergraph = `${HEAD('')}
      directive @defer(label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
      directive @mine(part: Int) on FIELD
      ${BODY('')}`
    expect(apiOf(supergraph)).toBe(plannersApiOf(supergraph))
    expect(apiOf(supergraph)).toContain('@mine')
    expect(apiOf(supergraph)).not.toContain('@defer')
  })
})
