const MESSAGES = {
  absent: 'a subgraph cannot be connected to',
  broken: 'a reply broke off',
  withdrawn: 'a call was withdrawn before it was sent',
} as const

/**
 * Why a subgraph gave no reply: `absent` if nobody could be connected to, so that nothing was sent; `broken` if the connection
 * ended before the reply was whole, so that the call may have been done; `withdrawn` if it waited for its turn and was not sent.
 */
export class Unanswered extends Error {
  readonly kind: keyof typeof MESSAGES

  constructor(kind: keyof typeof MESSAGES, cause: unknown) {
    super(MESSAGES[kind], { cause })
    this.kind = kind
  }
}
