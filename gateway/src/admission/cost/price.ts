import type { GraphQLError } from 'graphql'
import type { TextAnswer } from '../../engine/engine.ts'
import type { Operation } from '../admission.ts'
import type { Costs } from './costs.ts'

/** What the results of one operation cost. */
export type Price = {
  /** Of its answer, or of each event of a subscription. */
  readonly estimated: number
  /** What a result came to. A promise only where there is much to look at. */
  actualOf(result: TextAnswer): number | Promise<number>
}

/** The price of an operation that `costs` has admitted. */
export function priceOf(costs: Costs, operation: Operation): Price {
  const estimated = costs.estimate(operation)
  return {
    estimated,
    // What was too large to be given was done all the same.
    actualOf: ({ dataTexts, errors }) => (errors.some(isTooLarge) ? estimated : costs.count(operation, dataTexts)),
  }
}

const isTooLarge = ({ extensions }: GraphQLError) => extensions.code === 'RESPONSE_TOO_LARGE'

/** What whoever asks is told beside a result that came to `actual`: `extensions` of it. */
export const toldCost = ({ estimated }: Price, actual: number) => ({ cost: { estimated, actual } })

/**
 * Whether the headers of a request, or what stands for them in a message over a socket, ask to be told the cost. A page cannot
 * send headers with a socket, and JSON has a `true` of its own.
 */
export const asksForCost = (given: Readonly<Record<string, unknown>> | null | undefined): boolean =>
  isYes(given?.['x-graphql-cost'])

/** What the value of a header means that asks for something. */
export const isYes = (value: unknown): boolean => value === 'true' || value === '1' || value === true
