import { getPerson, type Person, people } from '../people.ts'
import { alwaysBull, breakout, cross, dip, fade, type Rule } from './rules.ts'

/** Who publishes by which rule. */
export const authors: readonly { readonly person: Person; readonly rule: Rule; readonly headline: string }[] = [
  { person: getPerson('otto'), rule: breakout, headline: 'Breakouts of the 20-day range, by rule.' },
  { person: getPerson('dina'), rule: dip, headline: 'Buys what looks oversold, by rule.' },
  { person: getPerson('max'), rule: cross, headline: 'Moving averages, by rule.' },
  { person: getPerson('fay'), rule: fade, headline: 'Fades the third day, by rule.' },
  { person: getPerson('bruno'), rule: alwaysBull, headline: 'Always long.' },
]

export const readers: readonly Person[] = people.filter((person) => person.part === 'reader')

/** Hosts the circle and the live sessions. */
export const host = getPerson('otto')
export const admin = getPerson('root')
export const analyst = getPerson('nora')

/** Accounts that are one person: two readers, and a reader who is also an author. The first names the cluster. */
export const identityClusters: readonly (readonly Person[])[] = [
  [getPerson('mila'), getPerson('milo')],
  [getPerson('otto'), getPerson('leo')],
]

/** Never verified: their votes weigh a quarter. */
export const unverified: readonly Person[] = [getPerson('kira')]
