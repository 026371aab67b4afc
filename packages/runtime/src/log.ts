import { type Logger as PinoLogger, pino } from 'pino'

export type Logger = PinoLogger

/** Header and field names whose values never reach a log. */
const SECRETS = [
  'token',
  'viewerToken',
  'authorization',
  'password',
  'secret',
  '*.token',
  '*.viewerToken',
  '*.authorization',
  '*.password',
  '*.secret',
]

/** A logger of JSON lines on standard error; standard output belongs to the terminal's tables. */
export function createLog(options: { level?: string; name?: string } = {}): Logger {
  const { level = 'info', name = 'planet' } = options
  return pino({ level, name, redact: { paths: SECRETS, censor: '[secret]' } }, pino.destination({ fd: 2, sync: false }))
}

/** For tests that do not look at the log. */
export const silentLog: Logger = pino({ level: 'silent' })
