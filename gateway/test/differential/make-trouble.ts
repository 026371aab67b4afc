import { codedError } from '@planet/runtime/errors'
import { seedOf } from '@planet/runtime/random'
import { GraphQLError } from 'graphql'
import type { SubgraphOperation } from '../../src/subgraphs/subgraph-operation.ts'
import type { Choice } from './choice.ts'
import type { Trouble } from './memory-graph.ts'
import type { GraphPlan } from './plan-types.ts'
import type { Row } from './world.ts'
import { chooseWrongForm, type WrongForm } from './wrong-forms.ts'

export type MadeTrouble = {
  readonly text: string
  readonly trouble: Trouble
  /** Set if nothing else goes wrong but that one field has this form. */
  readonly wrong?: WrongForm
}

export const NO_TROUBLE: MadeTrouble = { text: 'none', trouble: {} }

/**
 * Something that goes wrong, decided by names and not by the number of requests: engines may ask for the same things in
 * different numbers of requests.
 */
export function makeTrouble(choice: Choice, plan: GraphPlan): MadeTrouble {
  const wrong = choice.chance(0.25) ? chooseWrongForm(choice, plan) : null
  if (wrong)
    return {
      text: `${wrong.type}.${wrong.field} is ${wrong.about}${wrong.isItem ? ' as first item' : ''}`,
      trouble: { wrong },
      wrong,
    }
  const salt = String(choice.below(1_000_000))
  const subgraph = choice.one(plan.subgraphs)
  const share = choice.one([0.05, 0.2, 1])
  const isHit = (...names: string[]) => seedOf([salt, ...names].join('/')) / 2 ** 32 < share
  const rowName = (row: Row) => `${row.__typename} ${String(row.id)}`
  switch (choice.below(9)) {
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
    case 6: {
      const field = choice.one(fieldsIn(plan, subgraph))
      return {
        text: `${subgraph} refuses every request for ${field}`,
        trouble: refusing((name, { query }) => name === subgraph && new RegExp(`\\b${field}\\b`).test(query)),
      }
    }
    case 7: {
      const id = `${choice.one(plan.entities).name}${choice.below(2)}`
      return {
        text: `${subgraph} refuses every request about ${id}`,
        trouble: refusing((name, { variables }) => name === subgraph && JSON.stringify(variables ?? {}).includes(`"${id}"`)),
      }
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

/** Refuses whole requests, of which an engine may make one from several. */
const refusing = (isRefused: (subgraph: string, operation: SubgraphOperation) => boolean): Trouble => ({
  answer: (name, operation, result) =>
    isRefused(name, operation) ? { data: null, errors: [codedError('FORBIDDEN', 'Not like this.')] } : result,
})

function fieldsIn({ entities }: GraphPlan, subgraph: string): readonly string[] {
  const names = entities.flatMap(({ fields }) => fields.filter(({ owners }) => owners.includes(subgraph)).map(({ name }) => name))
  return names.length > 0 ? names : ['id']
}
