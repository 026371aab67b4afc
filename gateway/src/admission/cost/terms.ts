/** Values of an operation's variables, as coerced. */
export type Variables = Readonly<Record<string, unknown>>

/** A figure of an estimate. What no variable decides is a number already, so most estimates are there before a request is. */
export type Term = number | ((variables: Variables) => number)

export const valueOf = (term: Term, variables: Variables): number => (typeof term === 'number' ? term : term(variables))

export function sum(terms: readonly Term[]): Term {
  let known = 0
  const open: Exclude<Term, number>[] = []
  for (const term of terms) {
    if (typeof term === 'number') known += term
    else open.push(term)
  }
  if (open.length === 0) return known
  return (variables) => {
    let total = known
    for (const term of open) total += term(variables)
    return total
  }
}

export function product(one: Term, other: Term): Term {
  if (one === 0 || other === 0) return 0
  if (typeof one === 'number' && typeof other === 'number') return one * other
  return (variables) => valueOf(one, variables) * valueOf(other, variables)
}

/** The greatest of them; 0 if there is none. */
export function greatest(terms: readonly Term[]): Term {
  const known = terms.reduce<number>((most, term) => (typeof term === 'number' ? Math.max(most, term) : most), 0)
  const open = terms.filter((term) => typeof term !== 'number')
  if (open.length === 0) return known
  return (variables) => open.reduce((most, term) => Math.max(most, term(variables)), known)
}

/** `term` where `isIncluded`, else nothing. */
export const onlyIf = (isIncluded: ((variables: Variables) => boolean) | null, term: Term): Term =>
  isIncluded === null || term === 0 ? term : (variables) => (isIncluded(variables) ? valueOf(term, variables) : 0)
