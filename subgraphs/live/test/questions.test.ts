import { newId } from '@planet/runtime/ids'
import { mulberry32 } from '@planet/runtime/random'
import { newKey, newViewer, TEST_START } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wilsonLowerBound } from '../src/questions/domain/wilson.ts'
import { type LiveRoom, startRoom } from './room.ts'

let room: LiveRoom
beforeAll(async () => {
  room = await startRoom()
})
afterAll(() => room[Symbol.asyncDispose]())

const ask = async (sessionId: string, text: string, viewer: Viewer = newViewer()): Promise<string> =>
  (await room.act(viewer, 'askQuestion', { sessionId, text })).question.id
const upvote = (questionId: string, viewer: Viewer = newViewer()) => room.act(viewer, 'upvoteQuestion', { questionId })
const listOf = async (sessionId: string, args = 'first: 100') => {
  const { questions } = await room.see(
    null,
    sessionId,
    `questions(${args}) { edges { node { text state upvoteCount voterCount upvoteLowerBound } } pageInfo { endCursor hasNextPage } }`,
  )
  return {
    nodes: questions.edges.map((edge: { node: object }) => edge.node),
    texts: questions.edges.map((edge: { node: { text: string } }) => edge.node.text),
    pageInfo: questions.pageInfo,
  }
}
const BOARD = 'seq openCount answering { text answerAtMs } questions { text upvoteCount } session { id status }'

describe('a question', () => {
  it('is asked before or during a session, trimmed, and waits', async () => {
    const { session } = await room.schedule()
    const viewer = newViewer()
    const { question } = await room.act(viewer, 'askQuestion', { sessionId: session.id, text: '  Why now? ' })
    expect(question).toEqual({
      id: expect.any(String),
      text: 'Why now?',
      state: 'OPEN',
      upvoteCount: 0,
      voterCount: 0,
      upvoteLowerBound: 0,
      askedAt: room.live.clock.now().toISOString(),
      answerAtMs: null,
      author: { id: viewer.userId },
      price: null,
    })
  })

  it('is refused with the fault of its input', async () => {
    const sessionId = await room.startSession()
    for (const text of [' ', 'x'.repeat(301), 'a\u0007']) {
      expect(await room.act(newViewer(), 'askQuestion', { sessionId, text })).toMatchObject({ faults: [{ field: 'text' }] })
    }
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      expect(await room.act(newViewer(), 'askQuestion', { sessionId: id, text: '' })).toMatchObject({
        faults: [{ field: 'sessionId' }, { field: 'text' }],
      })
    }
    expect(await room.act(room.host, 'askQuestion', { sessionId, text: 'Me?' })).toMatchObject({
      faults: [{ field: 'sessionId' }],
    })
    await expect(room.act(null, 'askQuestion', { sessionId, text: 'a' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await room.end(sessionId)
    expect(await room.act(newViewer(), 'askQuestion', { sessionId, text: 'a' })).toMatchObject({ status: 'ENDED' })
  })

  it('is one of at most three that a user has open, however many come at once', async () => {
    const sessionId = await room.startSession()
    const viewer = newViewer()
    const results = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((text) => room.act(viewer, 'askQuestion', { sessionId, text })),
    )
    expect(results.filter((result) => result.__typename === 'AskQuestionSuccess')).toHaveLength(3)
    expect(results.find((result) => result.__typename === 'TooManyQuestions')).toMatchObject({ limit: 3 })
    const { question } = results.find((result) => result.question)
    await room.act(room.host, 'dismissQuestion', { questionId: question.id })
    expect((await room.act(viewer, 'askQuestion', { sessionId, text: 'f' })).__typename).toBe('AskQuestionSuccess')
  })

  it('is asked once per idempotency key', async () => {
    const sessionId = await room.startSession()
    const [viewer, idempotencyKey] = [newViewer(), newKey()]
    const [first, again] = await Promise.all(
      [1, 2].map(() => room.act(viewer, 'askQuestion', { sessionId, text: 'Once?', idempotencyKey })),
    )
    expect(again.question.id).toBe(first.question.id)
  })
})

describe('an upvote', () => {
  it('counts once per user, however often and at the same time', async () => {
    const sessionId = await room.startSession()
    const questionId = await ask(sessionId, 'Why?')
    const [eager, ...others] = [newViewer(), newViewer(), newViewer(), newViewer()]
    if (!eager) throw new Error('nobody')
    const results = await Promise.all([eager, eager, eager, ...others].map((viewer) => upvote(questionId, viewer)))
    for (const result of results) expect(result.__typename).toBe('UpvoteQuestionSuccess')
    expect((await listOf(sessionId)).nodes).toMatchObject([{ upvoteCount: 4, voterCount: 4 }])
  })

  it('is not for one’s own question, nor for one that is not open or does not exist', async () => {
    const sessionId = await room.startSession()
    const author = newViewer()
    const questionId = await ask(sessionId, 'Why?', author)
    const refused = { __typename: 'InvalidInput', faults: [{ field: 'questionId' }] }
    expect(await upvote(questionId, author)).toMatchObject(refused)
    for (const id of ['nonsense', newId<'Question'>(TEST_START)]) expect(await upvote(id)).toMatchObject(refused)
    await expect(room.act(null, 'upvoteQuestion', { questionId })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await room.act(room.host, 'dismissQuestion', { questionId })
    expect(await upvote(questionId)).toMatchObject({ __typename: 'WrongQuestionState', state: 'DISMISSED' })
    const open = await ask(sessionId, 'Why not?')
    await room.end(sessionId)
    expect(await upvote(open)).toMatchObject({ __typename: 'WrongLiveStatus', status: 'ENDED' })
  })
})

describe('the order of questions', () => {
  it('is by the lower bound of the share of those who voted since the question was there', async () => {
    const sessionId = await room.startSession()
    const crowd = Array.from({ length: 6 }, () => newViewer())
    const author = newViewer()
    const old = await ask(sessionId, 'old', author)
    room.pass(1)
    for (const viewer of crowd.slice(0, 4)) await upvote(old, viewer)
    room.pass(1)
    const late = await ask(sessionId, 'late')
    const unloved = await ask(sessionId, 'unloved')
    room.pass(1)
    for (const viewer of crowd.slice(4)) await upvote(late, viewer)
    // The author of the first votes too: that is no vote against their own.
    await upvote(late, author)

    const { nodes, texts } = await listOf(sessionId)
    expect(texts).toEqual(['late', 'old', 'unloved'])
    const [first, second, third] = nodes
    expect(first).toMatchObject({ upvoteCount: 3, voterCount: 3 })
    expect(second).toMatchObject({ upvoteCount: 4, voterCount: 6 })
    expect(third).toMatchObject({ upvoteCount: 0, voterCount: 3, upvoteLowerBound: 0 })
    expect(first.upvoteLowerBound).toBeCloseTo(wilsonLowerBound(3, 3), 12)
    expect(second.upvoteLowerBound).toBeCloseTo(wilsonLowerBound(4, 6), 12)
    expect(unloved).not.toBe(late)
  })

  it('is that of the formula after any history of questions and votes', async () => {
    const sessionId = await room.startSession()
    const people = Array.from({ length: 8 }, () => newViewer())
    const random = mulberry32(20_260_124)
    const pick = <Item>(items: readonly Item[]): Item => {
      const item = items[Math.floor(random() * items.length)]
      if (!item) throw new Error('nothing to pick from')
      return item
    }
    const asked: { id: string; author: Viewer; at: number; votes: Set<Viewer> }[] = []
    const lastVotes = new Map<Viewer, number>()
    const votersOf = ({ author, at }: (typeof asked)[number]) =>
      people.filter((person) => person !== author && (lastVotes.get(person) ?? -1) >= at).length
    for (let step = 0; step < 60; step++) {
      room.pass(1)
      const [person, question] = [pick(people), asked.length > 0 ? pick(asked) : null]
      const isOpenTo = asked.filter(({ author }) => author === person).length < 3
      if (isOpenTo && (question === null || random() < 0.25)) {
        asked.push({ id: await ask(sessionId, `${step}`, person), author: person, at: step, votes: new Set() })
      } else if (question && question.author !== person) {
        if (!question.votes.has(person)) lastVotes.set(person, step)
        question.votes.add(person)
        const result = await upvote(question.id, person)
        expect(result.question).toMatchObject({ upvoteCount: question.votes.size, voterCount: votersOf(question) })
      }
    }
    const expected = asked
      .map((question) => ({ question, bound: wilsonLowerBound(question.votes.size, votersOf(question)) }))
      .sort((a, b) => b.bound - a.bound || a.question.at - b.question.at)
    const { nodes, texts } = await listOf(sessionId)
    expect(texts).toEqual(expected.map(({ question }) => `${question.at}`))
    for (const [i, { question, bound }] of expected.entries()) {
      expect(nodes[i]).toMatchObject({ upvoteCount: question.votes.size, voterCount: votersOf(question) })
      expect(nodes[i].upvoteLowerBound).toBeCloseTo(bound, 12)
    }
  })

  it('is older first where nobody voted, and holds from page to page and within one state', async () => {
    const sessionId = await room.startSession()
    for (const text of ['a', 'b', 'c', 'd']) {
      await ask(sessionId, text)
      room.pass(1)
    }
    const third = await ask(sessionId, 'e')
    await upvote(third)
    await room.act(room.host, 'dismissQuestion', { questionId: await ask(sessionId, 'f') })

    const seen: string[] = []
    let after = ''
    for (;;) {
      const page = await listOf(sessionId, `first: 2, state: OPEN${after}`)
      seen.push(...page.texts)
      if (!page.pageInfo.hasNextPage) break
      after = `, after: "${page.pageInfo.endCursor}"`
    }
    expect(seen).toEqual(['e', 'a', 'b', 'c', 'd'])
    expect((await listOf(sessionId)).texts).toEqual(['e', 'a', 'b', 'c', 'd', 'f'])
    const foreign = Buffer.from('k:nonsense').toString('base64url')
    await expect(listOf(sessionId, `after: "${foreign}"`)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})

describe('an answer', () => {
  it('begins where the question is taken, in milliseconds from the start, and only one is given at a time', async () => {
    const sessionId = await room.startSession()
    const [one, two] = [await ask(sessionId, 'one'), await ask(sessionId, 'two')]
    room.pass(61.5)
    const taken = await room.act(room.host, 'takeQuestion', { questionId: one })
    expect(taken.question).toMatchObject({ state: 'ANSWERING', answerAtMs: 61_500 })
    room.pass(10)
    expect((await room.act(room.host, 'takeQuestion', { questionId: two })).question).toMatchObject({ state: 'ANSWERING' })
    expect((await listOf(sessionId, 'state: ANSWERED')).texts).toEqual(['one'])
    const answered = await room.act(room.host, 'answerQuestion', { questionId: two })
    expect(answered.question).toMatchObject({ state: 'ANSWERED', answerAtMs: 71_500 })
    expect(await room.act(room.host, 'dismissQuestion', { questionId: two })).toMatchObject({ __typename: 'WrongQuestionState' })
  })

  it('is the host’s, in a session that is live', async () => {
    const { session } = await room.schedule()
    const author = newViewer()
    const questionId = await ask(session.id, 'Why?', author)
    const refused = { __typename: 'InvalidInput', faults: [{ field: 'questionId' }] }
    for (const mutation of ['takeQuestion', 'answerQuestion', 'dismissQuestion']) {
      expect(await room.act(author, mutation, { questionId })).toMatchObject(refused)
      for (const id of ['nonsense', newId<'Question'>(TEST_START)]) {
        expect(await room.act(room.host, mutation, { questionId: id })).toMatchObject(refused)
      }
    }
    for (const mutation of ['takeQuestion', 'answerQuestion']) {
      expect(await room.act(room.host, mutation, { questionId })).toMatchObject({ __typename: 'WrongLiveStatus' })
    }
    expect((await room.act(room.host, 'dismissQuestion', { questionId })).question.state).toBe('DISMISSED')
  })
})

describe('questionsChanged', () => {
  it('gives the open questions in order at once and after changes, until the session ends', async () => {
    const sessionId = await room.startSession()
    const [one, two] = [await ask(sessionId, 'one'), await ask(sessionId, 'two')]
    const updates = await room.follow(`questionsChanged(sessionId: "${sessionId}")`, BOARD)
    expect(await updates.next()).toEqual({
      seq: 2,
      openCount: 2,
      answering: null,
      questions: [
        { text: 'one', upvoteCount: 0 },
        { text: 'two', upvoteCount: 0 },
      ],
      session: { id: sessionId, status: 'LIVE' },
    })
    await upvote(two)
    const voted = await updates.until((board) => board.seq === 3)
    expect(voted.questions.map((question: { text: string }) => question.text)).toEqual(['two', 'one'])
    room.pass(5)
    await room.act(room.host, 'takeQuestion', { questionId: one })
    expect(await updates.until((board) => board.seq === 4)).toMatchObject({
      openCount: 1,
      answering: { text: 'one', answerAtMs: 5_000 },
      questions: [{ text: 'two' }],
    })
    await room.end(sessionId)
    expect(await updates.until((board) => board.seq === 5)).toMatchObject({ answering: null, session: { status: 'ENDED' } })
    expect(await updates.next()).toBeNull()
  })

  it('delivers many votes as few values, the last of them complete', async () => {
    const sessionId = await room.startSession()
    const questionId = await ask(sessionId, 'Why?')
    const updates = await room.follow(`questionsChanged(sessionId: "${sessionId}")`, BOARD)
    const seqs: number[] = [(await updates.next()).seq]
    const last = updates.until((board) => {
      seqs.push(board.seq)
      return board.seq === 41
    })
    const tenVotes = async () => {
      for (let i = 0; i < 10; i++) await upvote(questionId)
    }
    await Promise.all(Array.from({ length: 4 }, tenVotes))
    expect((await last).questions).toEqual([{ text: 'Why?', upvoteCount: 40 }])
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    await updates.return()
  })

  it('of no session is BAD_USER_INPUT', async () => {
    for (const id of ['nonsense', newId<'LiveSession'>(TEST_START)]) {
      await expect(room.follow(`questionsChanged(sessionId: "${id}")`, 'seq')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })
})
