/** A signal that is accepted whatever the market does; `horizon` is how long it is open. */
export const signalOf = (instrumentId: string, title: string, horizon: string) => ({
  title,
  body: 'B',
  instrumentId,
  side: 'LONG',
  entry: '100',
  stop: '95',
  targets: [{ price: '110', fraction: '1' }],
  horizon,
  conviction: 0.6,
})
