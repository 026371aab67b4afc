/** What makes each of some members. */
export type Makers<Members extends object, Given> = {
  readonly [Name in keyof Members]: (given: Given, members: Members) => Members[Name]
}

/**
 * What makes objects whose members come into being when they are first asked for, from what `given` is: a request has many
 * loaders at hand and needs few. A member may use the others.
 */
export function lazyMembers<Given, Members extends object>(makers: Makers<Members, Given>): (given: Given) => Members {
  class Lazy {
    readonly given: Given
    readonly made: unknown[] = []

    constructor(given: Given) {
      this.given = given
    }
  }
  for (const [index, [name, make]] of Object.entries<(given: Given, members: Members) => unknown>(makers).entries()) {
    Object.defineProperty(Lazy.prototype, name, {
      get(this: Lazy) {
        // Every member has a getter by then.
        return (this.made[index] ??= make(this.given, this as unknown as Members))
      },
    })
  }
  // See above.
  return (given) => new Lazy(given) as unknown as Members
}
