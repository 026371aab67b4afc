import type { SeatRow, StageState } from './db/stage.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type GuestSeatMapper = SeatRow
export type StageMapper = StageState
