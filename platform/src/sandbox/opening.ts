import type { Person } from '../people.ts'
import { people } from '../people.ts'
import { type Api, mustMutate } from './api.ts'
import { admin, authors, host, identityClusters, readers, unverified } from './cast.ts'

const key = (person: Person, what: string) => ({ idempotencyKey: `sandbox ${what} ${person.name}` })

/** What brought a reader: of six in a row each something else. Those who brought others have registered before. */
function acquisitionOf(person: Person): Record<string, unknown> {
  const i = readers.indexOf(person)
  switch (i % 6) {
    case 0:
      return { acquisitionSource: 'CREATOR', acquiredById: authors[(i / 6) % authors.length]?.person.userId }
    case 1:
      return { acquisitionSource: 'REFERRAL', acquiredById: readers[i - 1]?.userId }
    case 2:
      return { acquisitionSource: 'COMPETITION' }
    case 3:
      return { acquisitionSource: 'FEE_DISCOUNT' }
    case 4:
      return { acquisitionSource: 'AIRDROP' }
    default:
      return {}
  }
}

/** Authors register and open their profiles, then everybody else; identities are checked, readers follow. */
export async function register(api: Api): Promise<void> {
  const registerOne = (person: Person) =>
    mustMutate(api, person, 'registerUser', '', {
      ...key(person, 'register'),
      handle: person.name,
      displayName: person.displayName,
      ...acquisitionOf(person),
    })
  for (const { person } of authors) await registerOne(person)
  for (const { person, headline } of authors) {
    await mustMutate(api, person, 'openCreatorProfile', '', { ...key(person, 'profile'), headline })
  }
  const isAuthor = (person: Person) => authors.some((author) => author.person === person)
  for (const person of people) if (!isAuthor(person)) await registerOne(person)
  for (const person of people) {
    if (unverified.includes(person)) continue
    const cluster = identityClusters.find((members) => members.includes(person))
    const identityClusterId = cluster?.[0]?.userId ?? null
    await mustMutate(api, admin, 'recordIdentityCheck', '', {
      ...key(person, 'identity'),
      userId: person.userId,
      isVerified: true,
      identityClusterId,
    })
  }
  for (const [i, reader] of readers.entries()) {
    for (const { person } of authors.filter((_, j) => (i + j) % 2 === 0)) {
      await mustMutate(api, reader, 'followCreator', '', {
        idempotencyKey: `sandbox follow ${person.name}`,
        creatorId: person.userId,
      })
    }
  }
}

/** The host opens a circle and takes in every third reader. Returns the circle's id. */
export async function openCircle(api: Api): Promise<string> {
  const { circle } = await mustMutate(api, host, 'openCircle', '... on OpenCircleSuccess { circle { id } }', {
    ...key(host, 'circle'),
    name: 'Breakout Room',
    purpose: 'What breaks out, what fails, and what it cost.',
    admissionPolicy: 'APPROVAL',
  })
  for (const reader of readers.filter((_, i) => i % 3 === 0)) {
    await mustMutate(api, reader, 'joinCircle', '', { ...key(reader, 'join'), circleId: circle.id })
    await mustMutate(api, host, 'approveMember', '', { ...key(reader, 'approve'), circleId: circle.id, userId: reader.userId })
  }
  return circle.id
}
