import { codedError, isCoded } from '../errors.ts'

/** A place in one history of the log: everything up to and including `pos` has been read. 0 is before the first event. */
export type Position = { readonly epoch: string; readonly pos: bigint }

const TEXT = /^([0-9a-f]{1,64}):(0|[1-9][0-9]{0,18})$/

/** Opaque to clients and exclusive: reading goes on after it. */
export const formatCursor = (position: Position): string => Buffer.from(`${position.epoch}:${position.pos}`).toString('base64url')

/** Throws CURSOR_INVALID for a text that `formatCursor` did not make. */
export function parseCursor(cursor: string): Position {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, epoch, pos] = TEXT.exec(text) ?? []
  if (epoch === undefined || pos === undefined || Buffer.from(text).toString('base64url') !== cursor) {
    throw codedError('CURSOR_INVALID', 'This is no cursor of ours.')
  }
  return { epoch, pos: BigInt(pos) }
}

/**
 * What the log holds now: for clients positions `oldest + 1` to `head`, without a hole; facts from the first on, of which
 * those up to `archived` are in the archive.
 */
export type Extent = { readonly epoch: string; readonly oldest: bigint; readonly head: bigint; readonly archived: bigint }

/** Throws the coded error for a position that is in no history of this log. */
export function checkEpoch(position: Position, extent: Pick<Extent, 'epoch' | 'head'>): void {
  if (position.epoch !== extent.epoch) {
    throw codedError(
      'CURSOR_EPOCH_CHANGED',
      'This cursor belongs to a history that was lost in a restore. Read the state anew, then go on without it.',
    )
  }
  if (position.pos > extent.head) throw codedError('CURSOR_FUTURE', 'This cursor is ahead of everything that has happened.')
}

/** Throws the coded error for a position from which a client cannot read on completely. */
export function checkPosition(position: Position, extent: Omit<Extent, 'archived'>): void {
  checkEpoch(position, extent)
  if (position.pos < extent.oldest) {
    throw codedError(
      'CURSOR_EXPIRED',
      'Events after this cursor are no longer kept; `oldest` is the first cursor that can be used.',
      {
        oldest: formatCursor({ epoch: extent.epoch, pos: extent.oldest }),
      },
    )
  }
}

/** True for the errors of `parseCursor` and `checkPosition`: trying again does not help. */
export const isCursorError = (error: unknown): boolean => isCoded(error) && String(error.extensions.code).startsWith('CURSOR_')
