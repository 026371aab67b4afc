/** How far a consumer is. */
export type ConsumerProgress = {
  /** `<schema>.<name>`. */
  readonly name: string
  /** Everything up to this position of the log is handled; null before it is known. */
  readonly pos: bigint | null
  /** Positions of the log that it has not looked at; null before they are known. */
  readonly lagEvents: number | null
  /**
   * How long ago the newest event that it has handled was logged, in seconds; 0 where it has looked at all
   * there are, null where it has handled none since it began.
   */
  readonly lagSeconds: number | null
  /** Facts that it could not handle, and those that wait for them; null before they are known. */
  readonly setAside: number | null
}

/** In the text format of Prometheus. What is not known yet is left out. */
export function progressLines(consumers: readonly ConsumerProgress[]): readonly string[] {
  const gauge = (name: string, help: string, valueOf: (progress: ConsumerProgress) => bigint | number | null) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...consumers.flatMap((progress) => {
      const value = valueOf(progress)
      return value === null ? [] : [`${name}{consumer="${progress.name}"} ${value}`]
    }),
  ]
  return [
    ...gauge('planet_consumer_position', 'The position of the event log up to which all is handled.', ({ pos }) => pos),
    ...gauge('planet_consumer_lag_events', 'Positions of the event log that were not looked at.', ({ lagEvents }) => lagEvents),
    ...gauge(
      'planet_consumer_lag_seconds',
      'Age of the newest event that was handled, while behind.',
      ({ lagSeconds }) => lagSeconds,
    ),
    ...gauge(
      'planet_consumer_set_aside',
      'Facts that could not be handled, and those that wait for them.',
      ({ setAside }) => setAside,
    ),
  ]
}
