export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

/** An event as it is stored. */
export type NewEvent = {
  /** What it is about and is ordered by, e.g. `creator:<id>`: the writers of one stream wait for each other's commit. */
  readonly stream: string
  /** `<subgraph>.<PastTense>`, e.g. `posts.SignalPublished`. */
  readonly type: string
  readonly payload: JsonObject
  /** When it happened, in business time; milliseconds. */
  readonly at: Date
}

export type LoggedEvent = NewEvent & {
  /** The place in the whole log; dense from 1 within an epoch. */
  readonly pos: bigint
  /** The place in the stream; dense from 1, in the order of commit. */
  readonly seq: bigint
  /** When it got its position, in the time of the database's machine. */
  readonly loggedAt: Date
  /** Opaque; reading after it goes on with the next event. */
  readonly cursor: string
}

/** Empty lists match nothing; what is absent matches everything. */
export type EventFilter = { readonly streams?: readonly string[] | undefined; readonly types?: readonly string[] | undefined }

/** `next` is past everything the page looked at, also when nothing matched; it equals `after` at the end of the log. */
export type EventPage = { readonly events: readonly LoggedEvent[]; readonly next: string }

export type EventTail = AsyncGenerator<LoggedEvent, void, void> & {
  /** A cursor up to which everything that matches has been given; null before it is known where "now" is. */
  reached(): string | null
}
