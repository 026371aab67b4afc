import type { Choice } from './choice.ts'
import { ARGUMENTS, type EntityPlan, type FieldPlan, type TypeUse } from './plan-types.ts'

/** The type that `peer` has wherever it stands, so that selections of it may meet under one name. */
export const planMeeting = (choice: Choice, entityNames: readonly string[]): TypeUse => ({
  named: choice.one(entityNames),
  wrappers: choice.one([[], [], ['!'], ['[]'], ['!', '[]'], ['[]', '[]']]),
})

/** Fields that types which exclude each other have under one name. */
export function planMeetings(choice: Choice, entity: EntityPlan, meeting: TypeUse): void {
  const text: TypeUse = { named: 'String', wrappers: [] }
  const common: readonly Omit<FieldPlan, 'owners'>[] = [
    { name: 'peer', type: meeting, args: choice.chance(0.3) && entity.fields.length === 0 ? ARGUMENTS : undefined },
    { name: 'text', type: text, args: ARGUMENTS },
    { name: 'note', type: text },
    { name: 'mail', type: text },
  ]
  const present = [...entity.presence.keys()]
  for (const field of common) {
    const isThere = entity.fields.some(({ name }) => name === field.name)
    if (!isThere && choice.chance(0.7)) entity.fields.push({ ...field, owners: [choice.one(present)] })
  }
  if (choice.chance(0.08))
    entity.fields.push({ name: 'root', type: { named: 'Query', wrappers: [] }, owners: [choice.one(present)] })
}
