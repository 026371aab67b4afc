import { invalidInput } from '@planet/runtime/refusals'

export const noSuchBulletOfHost = () => invalidInput([{ field: 'bulletId', message: 'No such bullet in a session of yours.' }])

export const chatFlooded = (retryAfterMs: number) => ({
  __typename: 'ChatFlooded' as const,
  code: 'CHAT_FLOODED',
  message: `You send too much at once; try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
  retryAfter: retryAfterMs,
})
