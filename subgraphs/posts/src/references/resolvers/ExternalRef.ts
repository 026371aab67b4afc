import type { ExternalRefResolvers } from '../../generated/resolvers.ts'

export const ExternalRef: ExternalRefResolvers = {
  capturedAt: (ref) => new Date(ref.capturedAt),
}
