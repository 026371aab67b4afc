import { mulberry32, seedOf } from '@planet/runtime/random'
import { type Api, mustMutate, mutate } from './api.ts'
import { host, readers } from './cast.ts'

const QUESTIONS = ['What would change your mind?', 'Where is your stop?', 'How much of this is already in the price?']
const LINES = [
  'watching the range high',
  'volume is thin',
  'not convinced',
  'same as last week',
  'good point',
  'waiting for the close',
]

/** `count` of the readers, drawn by name and `round`. */
function draw(round: string, count: number) {
  const next = mulberry32(seedOf(`mingle ${round}`))
  const left = [...readers]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(Math.floor(next() * left.length), 1)).flat()
}

/** Beside the votes: the host holds up where prices come from, takes a guest on stage and a question from the audience. */
export async function openFloor(api: Api, sessionId: string, round: string): Promise<void> {
  const [guest, asker, voter] = draw(round, 3)
  if (!guest || !asker || !voter) return
  const key = (what: string) => `sandbox ${what} ${sessionId}`
  await mustMutate(api, host, 'pinContext', '', {
    idempotencyKey: key('pin'),
    sessionId,
    kind: 'LINK',
    title: 'Where the sandbox has its prices from',
    source: 'visx',
    sourceUrl: 'https://www.npmjs.com/package/@visx/mock-data',
  })
  await mustMutate(api, host, 'inviteGuest', '', { idempotencyKey: key('invite'), sessionId, userId: guest.userId })
  await mustMutate(api, guest, 'acceptInvite', '', { idempotencyKey: key('accept'), sessionId })
  const { question } = await mustMutate(api, asker, 'askQuestion', '... on AskQuestionSuccess { question { id } }', {
    idempotencyKey: key('ask'),
    sessionId,
    text: QUESTIONS[seedOf(round) % QUESTIONS.length],
  })
  await mustMutate(api, voter, 'upvoteQuestion', '', { idempotencyKey: key('upvote'), questionId: question.id })
  await mustMutate(api, host, 'takeQuestion', '', { idempotencyKey: key('take'), questionId: question.id })
}

/** Some of the readers say that they are there, and say something. */
export async function chat(api: Api, sessionId: string, round: string, count: number): Promise<void> {
  const say = async (reader: (typeof readers)[number]) => {
    const text = LINES[seedOf(`${round} ${reader.name}`) % LINES.length]
    await mutate(api, reader, 'heartbeat', '', { sessionId })
    // Whoever says too much is refused, which is as it should be.
    await mutate(api, reader, 'sendBullet', '', { idempotencyKey: `sandbox ${sessionId} ${round}`, sessionId, text })
  }
  await Promise.all(draw(round, count).map(say))
}
