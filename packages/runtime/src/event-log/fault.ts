/**
 * Why a consumer cannot go on. It skips nothing: an operator mends what `message` names. See `docs/operations.md`.
 * - `PAYLOAD_UNREADABLE`: an event that no version of its payload fits
 * - `ARCHIVE_MISSING`: facts that were put away are not where they are looked for
 * - `ARCHIVE_CHANGED`: a file of the archive is not what was written
 * - `ARCHIVE_UNKNOWN_FORMAT`: it was written by a newer version of the platform
 */
export type EventLogFaultCode = 'PAYLOAD_UNREADABLE' | 'ARCHIVE_MISSING' | 'ARCHIVE_CHANGED' | 'ARCHIVE_UNKNOWN_FORMAT'

export class EventLogFault extends Error {
  override readonly name = 'EventLogFault'
  readonly code: EventLogFaultCode

  constructor(code: EventLogFaultCode, message: string, options: ErrorOptions = {}) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}
