import { invalidInput } from '@planet/runtime/refusals'

export const noSuchPost = () => invalidInput([{ field: 'postId', message: 'No such post of the viewer.' }])

export const postRetracted = (retractedAt: Date) => ({
  __typename: 'PostRetracted' as const,
  code: 'POST_RETRACTED',
  message: 'The post was retracted and cannot change any more.',
  retractedAt,
})
