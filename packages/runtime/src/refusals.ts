/** One fault of an input; `field` is its path, e.g. `targets.1.price`. */
export type InputFault = { readonly field: string; readonly message: string }

/** The refusal that every mutation shares. `faults` must not be empty. */
export const invalidInput = (faults: readonly InputFault[]) => ({
  __typename: 'InvalidInput' as const,
  code: 'INVALID_INPUT',
  message: `The input has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.map((fault) => fault.field).join(', ')}.`,
  faults: [...faults],
})
