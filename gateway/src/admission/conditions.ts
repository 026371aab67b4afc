import { type DirectiveNode, Kind } from 'graphql'

/** A variable that must have this value. */
export type Condition = { readonly variable: string; readonly value: boolean }

/** What @skip and @include ask of variables; null if they never include the selection. */
export function conditionsOf(directives: readonly DirectiveNode[] | undefined): readonly Condition[] | null {
  const conditions: Condition[] = []
  for (const { name, arguments: given } of directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue
    const value = name.value === 'include'
    const decision = given?.find((argument) => argument.name.value === 'if')?.value
    if (decision?.kind === Kind.VARIABLE) conditions.push({ variable: decision.name.value, value })
    else if (decision?.kind === Kind.BOOLEAN && decision.value !== value) return null
  }
  return conditions
}
