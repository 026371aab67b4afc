import { type CallerKind, type CallerLimits, callerKindOf, type LimitsOfCallers } from '@planet/runtime/caller-limits'
import { codedError } from '@planet/runtime/errors'
import type { Viewer } from '@planet/runtime/viewer'
import type { GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { Operation } from '../admission.ts'
import { countAnswer } from './measure.ts'
import { compileCost, type FieldCost, type Program } from './program.ts'
import { type Variables, valueOf } from './terms.ts'
import { readWeights } from './weights.ts'

/** What operations of one schema cost. */
export type Costs = {
  /** Before it is run. */
  estimate(operation: Operation): number
  /** Why an operation may not be run; null if it may. */
  findExcess(operation: Operation, viewer: Viewer | null): GraphQLError | null
  /**
   * What an answer came to. `dataTexts` is JSON of its data in pieces, undefined if nothing was executed. A promise only where
   * there is much to look at.
   */
  count(operation: Operation, dataTexts: readonly string[] | undefined): number | Promise<number>
}

/** So many fields are named to whoever asks for too much. */
const MAX_NAMED = 5

/** Estimates are made once per operation of a document that is kept; per request they are a comparison, or a short sum. */
export function createCosts(supergraphSdl: string, schema: GraphQLSchema, limits: LimitsOfCallers): Costs {
  const weights = readWeights(supergraphSdl)
  const programs = new WeakMap<OperationDefinitionNode, Program>()
  const programOf = ({ document, definition }: Operation): Program => {
    const known = programs.get(definition)
    if (known) return known
    const made = compileCost(document, definition, { schema, weights })
    programs.set(definition, made)
    return made
  }
  // Whoever asks for too much once often asks again.
  const refused = new WeakMap<OperationDefinitionNode, readonly FieldCost[]>()
  const fieldsOf = ({ document, definition }: Operation): readonly FieldCost[] => {
    const known = refused.get(definition)
    if (known) return known
    const fields: FieldCost[] = []
    compileCost(document, definition, { schema, weights, onField: (field) => fields.push(field) })
    refused.set(definition, fields)
    return fields
  }
  const heaviestFields = (operation: Operation) =>
    fieldsOf(operation)
      .map(({ path, coordinate, cost }) => ({ path, coordinate, cost: figure(cost, operation.coercedVariables) }))
      .filter(({ cost }) => cost > 0)
      .sort((one, other) => other.cost - one.cost)
      .slice(0, MAX_NAMED)
  return {
    estimate: (operation) => figure(programOf(operation).cost, operation.coercedVariables),
    findExcess(operation, viewer) {
      const { cost, nodes } = programOf(operation)
      const kind = callerKindOf(viewer)
      const excess = excessOf(limits[kind], figure(cost, operation.coercedVariables), figure(nodes, operation.coercedVariables))
      return excess && exceeded(kind, excess, heaviestFields(operation))
    },
    count: (operation, dataTexts) =>
      dataTexts ? countAnswer(programOf(operation).measures, dataTexts, operation.coercedVariables) : 0,
  }
}

/** Pages in pages soon come to more than JSON has numbers for. */
const figure = (term: Program['cost'], variables: Variables) => Math.min(Number.MAX_SAFE_INTEGER, valueOf(term, variables))

type Excess = { readonly unit: 'cost' | 'nodes'; readonly estimated: number; readonly limit: number }

function excessOf({ costPerOperation, nodesPerOperation }: CallerLimits, cost: number, nodes: number): Excess | null {
  if (cost > costPerOperation) return { unit: 'cost', estimated: cost, limit: costPerOperation }
  return nodes > nodesPerOperation ? { unit: 'nodes', estimated: nodes, limit: nodesPerOperation } : null
}

const exceeded = (kind: CallerKind, { unit, estimated, limit }: Excess, heaviestFields: readonly object[]) =>
  codedError(
    'COST_EXCEEDED',
    unit === 'cost'
      ? `The operation is estimated to cost ${estimated}; ${OF_KIND[kind]} may ask for ${limit}. Ask for fewer items, or in several requests.`
      : `The answer is estimated to hold ${estimated} objects and items; ${OF_KIND[kind]} may ask for ${limit}. Ask for fewer items, or in several requests.`,
    { unit, estimated, limit, heaviestFields },
  )

const OF_KIND: Readonly<Record<CallerKind, string>> = {
  anonymous: 'whoever is not signed in',
  user: 'a user',
  partner: 'a partner',
  analyst: 'an analyst',
}
