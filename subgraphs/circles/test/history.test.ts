import { openDatabase } from '@planet/runtime/database'
import { newViewer } from '@planet/runtime/testing/subgraph'
import type { Viewer } from '@planet/runtime/viewer'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockCircle } from '../src/db/circle.ts'
import { storeChange } from '../src/db/member.ts'
import { findMembersAt, findMembershipsAt, findStandingAt } from '../src/db/member-history.ts'
import { decideJoin, decideLeaving, type Standing } from '../src/domain/membership.ts'
import type { AdmissionPolicy } from '../src/generated/enums.ts'
import { approveMember, asCircleId, joinCircle, leaveCircle, newCreator, openCircle, startCircles } from './circle.ts'

let circles: Awaited<ReturnType<typeof startCircles>>
let database: ReturnType<typeof openDatabase>
let host: Viewer
beforeAll(async () => {
  circles = await startCircles()
  database = openDatabase({ url: circles.databaseUrl, role: 'planet_circles', audience: 'analyst' })
  host = await newCreator(circles)
})
afterAll(async () => {
  await database?.close()
  await circles?.[Symbol.asyncDispose]()
})

const WHOLE = { after: null, limit: 100 }

/** Moves the clock on; the instant at which it then stands. */
function after(ms: number): Date {
  circles.clock.advance(new Date(circles.clock.now().getTime() + ms))
  return circles.clock.now()
}
const just = (before: Date) => new Date(before.getTime() - 1)

const membersAt = async (circleId: string, at: Date) =>
  (await findMembersAt(database.db, asCircleId(circleId), at, WHOLE)).map(({ userId }) => userId)
const circlesAt = async ({ userId }: Viewer, at: Date) =>
  (await findMembershipsAt(database.db, userId, at, WHOLE)).map(({ circleId }) => circleId)
const standingAt = ({ userId }: Viewer, circleId: string, at: Date) =>
  findStandingAt(database.db, { userId, circleId: asCircleId(circleId), at })

it('knows who was a member as of every moment, why, and through whom', async () => {
  const reader = newViewer()
  const opened = after(1000)
  const circleId = await openCircle(circles, host)
  const asked = after(1000)
  await joinCircle(circles, reader, circleId)
  const approved = after(1000)
  await approveMember(circles, host, circleId, reader.userId)
  const left = after(1000)
  await leaveCircle(circles, reader, circleId)
  const askedAgain = after(1000)
  await joinCircle(circles, reader, circleId)
  const withdrawn = after(1000)
  await leaveCircle(circles, reader, circleId)

  expect(await membersAt(circleId, just(opened))).toEqual([])
  expect(await membersAt(circleId, just(approved))).toEqual([host.userId])
  expect(await membersAt(circleId, approved)).toEqual([reader.userId, host.userId])
  expect(await membersAt(circleId, just(left))).toEqual([reader.userId, host.userId])
  expect(await membersAt(circleId, left)).toEqual([host.userId])
  expect(await circlesAt(reader, just(left))).toEqual([circleId])
  expect(await circlesAt(reader, left)).toEqual([])

  const row = { circleId, userId: reader.userId }
  const moments = [just(asked), asked, approved, left, askedAgain, withdrawn]
  expect(await Promise.all(moments.map((at) => standingAt(reader, circleId, at)))).toEqual([
    null,
    { ...row, state: 'REQUESTED', revision: 2, from: asked, until: approved, reason: 'REQUESTED', source: 'USER' },
    { ...row, state: 'MEMBER', revision: 3, from: approved, until: left, reason: 'APPROVED', source: 'HOST' },
    { ...row, state: 'LEFT', revision: 4, from: left, until: askedAgain, reason: 'LEFT', source: 'USER' },
    { ...row, state: 'REQUESTED', revision: 5, from: askedAgain, until: withdrawn, reason: 'REQUESTED', source: 'USER' },
    { ...row, state: 'LEFT', revision: 6, from: withdrawn, until: null, reason: 'WITHDRAWN', source: 'USER' },
  ])
  expect(await standingAt(host, circleId, withdrawn)).toMatchObject({ reason: 'OPENED', source: 'HOST', from: opened })
})

it('tells of joining an open circle as of what it is', async () => {
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  const reader = newViewer()
  const at = after(1)
  await joinCircle(circles, reader, circleId)
  expect(await standingAt(reader, circleId, at)).toMatchObject({ state: 'MEMBER', reason: 'JOINED', source: 'USER' })
})

it('reads who was a member page by page', async () => {
  const circleId = await openCircle(circles, host, { admissionPolicy: 'OPEN' })
  const readers = Array.from({ length: 3 }, () => newViewer())
  for (const reader of readers) {
    after(1)
    await joinCircle(circles, reader, circleId)
  }
  const at = circles.clock.now()
  after(1)
  for (const reader of readers) await leaveCircle(circles, reader, circleId)
  const page = await findMembersAt(database.db, asCircleId(circleId), at, { after: null, limit: 2 })
  const last = page.at(-1)
  const key = `${last?.from.getTime()},${last?.userId}`
  const rest = await findMembersAt(database.db, asCircleId(circleId), at, { after: key, limit: 2 })
  expect([...page, ...rest].map(({ userId }) => userId)).toEqual(
    [readers[2], readers[1], readers[0], host].map((viewer) => viewer?.userId),
  )
})

it('has a user stand in one place at each moment, whichever clock is behind', async () => {
  const circleId = asCircleId(await openCircle(circles, host, { admissionPolicy: 'OPEN' }))
  const reader = newViewer()
  const [ahead, behind] = [after(10), new Date(circles.clock.now().getTime() - 5)]
  await joinCircle(circles, reader, circleId)
  await database.db.transaction(async (tx) => {
    await lockCircle(tx, circleId)
    for (const decision of [decideLeaving(false, 'MEMBER'), decideJoin('OPEN', 'LEFT')]) {
      if (decision.kind !== 'Changed') throw new Error(decision.kind)
      const { from } = await storeChange(tx, { circleId, userId: reader.userId }, decision, behind)
      expect(from).toEqual(ahead)
    }
  })
  expect(await membersAt(circleId, behind)).toEqual([host.userId])
  expect(await membersAt(circleId, ahead)).toEqual(expect.arrayContaining([host.userId, reader.userId]))
  expect(await standingAt(reader, circleId, behind)).toBeNull()
  expect(await standingAt(reader, circleId, ahead)).toMatchObject({ state: 'MEMBER', revision: 4, until: null })
})

it('tells, in whatever order people ask, are let in and leave, what was true at each moment', async () => {
  const READERS = 3
  const step = fc.record({
    kind: fc.constantFrom('join' as const, 'approve' as const, 'leave' as const),
    reader: fc.nat(READERS - 1),
    circle: fc.nat(1),
    /** Several things may happen in one millisecond. */
    afterMs: fc.nat(2),
  })
  const policies = ['APPROVAL', 'OPEN'] as const satisfies readonly AdmissionPolicy[]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const readers = Array.from({ length: READERS }, () => newViewer())
      const start = just(after(1)).getTime()
      const ids = await Promise.all(policies.map((admissionPolicy) => openCircle(circles, host, { admissionPolicy })))
      const placeOf = (userId: string, circleId: string | undefined) => `${userId} ${circleId}`
      const now = new Map<string, Standing>()
      const trueAt = new Map<number, ReadonlyMap<string, Standing>>()
      for (const { kind, reader, circle, afterMs } of steps) {
        const at = after(afterMs).getTime()
        const [who, circleId] = [readers[reader], ids[circle]]
        if (!who || !circleId) throw new Error('nobody')
        const place = placeOf(who.userId, circleId)
        const stood = now.get(place) ?? null
        if (kind === 'join') {
          await joinCircle(circles, who, circleId)
          if (stood !== 'MEMBER') now.set(place, policies[circle] === 'OPEN' ? 'MEMBER' : 'REQUESTED')
        } else if (kind === 'approve') {
          await approveMember(circles, host, circleId, who.userId)
          if (stood === 'REQUESTED') now.set(place, 'MEMBER')
        } else {
          await leaveCircle(circles, who, circleId)
          if (stood !== null) now.set(place, 'LEFT')
        }
        trueAt.set(at, new Map(now))
      }
      const end = after(1).getTime()
      let expected: ReadonlyMap<string, Standing> = new Map()
      for (let ms = start; ms <= end; ms++) {
        expected = trueAt.get(ms) ?? expected
        const at = new Date(ms)
        const members = [...expected].filter(([, standing]) => standing === 'MEMBER').map(([place]) => place)
        const byCircle = await Promise.all(
          ids.map(async (id) =>
            (await membersAt(id, at)).filter((userId) => userId !== host.userId).map((userId) => placeOf(userId, id)),
          ),
        )
        const byReader = await Promise.all(
          readers.map(async (reader) => (await circlesAt(reader, at)).map((id) => placeOf(reader.userId, id))),
        )
        expect(byCircle.flat().sort()).toEqual(members.toSorted())
        expect(byReader.flat().sort()).toEqual(members.toSorted())
        for (const reader of readers)
          for (const id of ids)
            expect((await standingAt(reader, id, at))?.state ?? null).toBe(expected.get(placeOf(reader.userId, id)) ?? null)
      }
    }),
    { numRuns: 12 },
  )
}, 60_000)
