import type { GuardedTransport } from '../subgraphs/subgraph-guard.ts'

/** `refused`: it says that it can serve, but calls of it are refused until one was answered. */
type PartState = 'ready' | 'refused' | 'not ready'

export type Readiness = { readonly isReady: boolean; readonly parts: Readonly<Record<string, PartState>> }

/**
 * Whether a gateway can serve, and each part that it stands on. It can without some of its subgraphs, whose absence costs
 * their own fields, but not without all, nor without the database of its process, nor before it has
 * heard which tokens were taken back. Those who ask at the same time share one look.
 */
export function createReadiness(
  subgraphs: Readonly<Record<string, GuardedTransport>>,
  isDatabaseReady: (() => Promise<boolean>) | undefined,
  /** Undefined where it hears of none. */
  knowsRevocations: () => boolean | undefined,
): () => Promise<Readiness> {
  const look = async (): Promise<Readiness> => {
    const names = Object.keys(subgraphs)
    const [database, ...says] = await Promise.all([
      isDatabaseReady?.(),
      ...Object.values(subgraphs).map(async (subgraph) => (await subgraph.isReady?.()) ?? true),
    ])
    const parts: Record<string, PartState> = {}
    if (database !== undefined) parts.database = database ? 'ready' : 'not ready'
    const revocations = knowsRevocations()
    if (revocations !== undefined) parts.revocations = revocations ? 'ready' : 'not ready'
    for (const [index, name] of names.entries()) {
      parts[name] = says[index] === false ? 'not ready' : subgraphs[name]?.stats().state === 'refused' ? 'refused' : 'ready'
    }
    return { isReady: database !== false && revocations !== false && (names.length === 0 || says.includes(true)), parts }
  }
  let looking: Promise<Readiness> | null = null
  return () =>
    (looking ??= look().finally(() => {
      looking = null
    }))
}
