import type { ViewerResolvers } from '../generated/resolvers.ts'

const ROLE = { user: 'USER', partner: 'PARTNER', analyst: 'ANALYST', admin: 'ADMIN' } as const

export const Viewer: ViewerResolvers = {
  user: (viewer, _, ctx) => ctx.loaders.user.load(viewer.userId),
  roles: (viewer) => viewer.roles.map((role) => ROLE[role]),
}
