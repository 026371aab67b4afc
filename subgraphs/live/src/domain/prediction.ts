/**
 * `LOCKED`: waits for the market. `SETTLED`: judged. `VOID`: the market gave no price to judge it by.
 */
export type PredictionState = 'LOCKED' | 'SETTLED' | 'VOID'
