import { codedError } from '@planet/runtime/errors'
import { seedOf } from '@planet/runtime/random'
import { GraphQLError } from 'graphql'
import type { Choice } from './choice.ts'
import type { GraphPlan } from './graph-plan.ts'
import type { Trouble } from './memory-graph.ts'
import type { Row } from './world.ts'

export type MadeTrouble = { readonly text: string; readonly trouble: Trouble }

export const NO_TROUBLE: MadeTrouble = { text: 'none', trouble: {} }

/**
 * Something that goes wrong, decided by names and not by the number of requests: engines may ask for the same things in
 * different numbers of requests.
 */
export function makeTrouble(choice: Choice, plan: GraphPlan): MadeTrouble {
  const salt = String(choice.below(1_000_000))
  const subgraph = choice.one(plan.subgraphs)
  const share = choice.one([0.05, 0.2, 1])
  const isHit = (...names: string[]) => seedOf([salt, ...names].join('/')) / 2 ** 32 < share
  const rowName = (row: Row) => `${row.__typename} ${String(row.id)}`
  switch (choice.below(7)) {
    case 0:
      return {
        text: `${share} of all fields of ${subgraph} fail`,
        trouble: {
          field(name, row, field) {
            if (name === subgraph && isHit(rowName(row), field))
              throw codedError('CONFLICT', `${field} of ${rowName(row)} failed`)
            return undefined
          },
        },
      }
    case 1:
      return {
        text: `${share} of all fields are null`,
        trouble: { field: (_, row, field) => (isHit(rowName(row), field) ? { value: null } : undefined) },
      }
    case 2:
      return {
        text: `${share} of the references are unknown to ${subgraph}`,
        trouble: { entity: (name, row) => (name === subgraph && isHit(rowName(row)) ? null : undefined) },
      }
    case 3:
      return {
        text: `${share} of the references fail in ${subgraph}`,
        trouble: {
          entity(name, row) {
            if (name === subgraph && isHit(rowName(row))) throw codedError('CONFLICT', `${rowName(row)} failed`)
            return undefined
          },
        },
      }
    case 4:
      return {
        text: `${subgraph} does not answer`,
        trouble: {
          answer: (name, _, result) => (name === subgraph ? { errors: [codedError('UNAVAILABLE', 'No answer.')] } : result),
        },
      }
    case 5:
      return {
        text: `${subgraph} answers null with an error`,
        trouble: {
          answer: (name, _, result) =>
            name === subgraph ? { data: null, errors: [codedError('FORBIDDEN', 'Not for you.')] } : result,
        },
      }
    default:
      return {
        text: `${subgraph} adds an error without a path`,
        trouble: {
          answer: (name, _, result) =>
            name === subgraph
              ? {
                  ...result,
                  errors: [...(result.errors ?? []), new GraphQLError('Half of it.', { extensions: { code: 'CONFLICT' } })],
                }
              : result,
        },
      }
  }
}
