import type { GuestSeatResolvers } from '../../generated/resolvers.ts'

export const GuestSeat: GuestSeatResolvers = { user: (seat) => ({ id: seat.userId }) }
