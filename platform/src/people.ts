import { createHash } from 'node:crypto'
import { type Id, requireId } from '@planet/runtime/ids'
import type { Role } from '@planet/runtime/viewer'

/** Somebody of the sandbox, with whose token a developer can ask: `planet token --as NAME`. */
export type Person = {
  readonly name: string
  readonly userId: Id<'User'>
  readonly displayName: string
  readonly roles: readonly Role[]
  readonly part: 'creator' | 'reader' | 'staff'
}

/** The same name has the same id on every machine. Version 8: made by a rule of our own. */
function personId(name: string): Id<'User'> {
  const hex = createHash('sha256').update(`planet person ${name}`).digest('hex')
  return requireId<'User'>(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  )
}

const person = (name: string, displayName: string, part: Person['part'], ...roles: readonly Role[]): Person => ({
  name,
  userId: personId(name),
  displayName,
  part,
  roles: ['user', ...roles],
})

export const people: readonly Person[] = [
  person('otto', 'Otto Breakout', 'creator'),
  person('dina', 'Dina Dip', 'creator'),
  person('max', 'Max Cross', 'creator'),
  person('fay', 'Fay Fader', 'creator'),
  person('bruno', 'Bruno Bull', 'creator'),
  ...['ada', 'ben', 'cleo', 'dev', 'emil', 'finn', 'gina', 'hana', 'ivan', 'june', 'kira', 'leo', 'mila', 'milo'].map((name) =>
    person(name, `${name.charAt(0).toUpperCase()}${name.slice(1)} Reader`, 'reader'),
  ),
  person('orbit', 'Orbit Terminal', 'reader', 'partner'),
  person('nora', 'Nora Analyst', 'staff', 'analyst'),
  person('root', 'Root Admin', 'staff', 'admin'),
]

/** Throws, naming everybody there is, if nobody has the name. */
export function getPerson(name: string): Person {
  const found = people.find((each) => each.name === name)
  if (!found) throw new Error(`Nobody is called ${name}. There are: ${people.map((each) => each.name).join(', ')}.`)
  return found
}
