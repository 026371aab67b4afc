import type { BulletResolvers } from '../../generated/resolvers.ts'

export const Bullet: BulletResolvers = {
  session: (bullet, _, { loaders }) => loaders.sessionOf(bullet),
  author: (bullet) => ({ id: bullet.authorId }),
  text: (bullet) => (bullet.moderation === 'REMOVED' ? null : bullet.text),
}
