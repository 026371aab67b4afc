/**
 * Why a subgraph gave no reply: `absent` if nobody could be connected to, so that nothing was sent; `broken` if the connection
 * ended before the reply was whole, so that the call may have been done.
 */
export class Unanswered extends Error {
  readonly kind: 'absent' | 'broken'

  constructor(kind: 'absent' | 'broken', cause: unknown) {
    super(kind === 'absent' ? 'a subgraph cannot be connected to' : 'a reply broke off', { cause })
    this.kind = kind
  }
}
