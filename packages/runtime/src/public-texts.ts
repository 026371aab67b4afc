import type { ErrorCode } from './errors.ts'
import { ROLES } from './viewer.ts'

/**
 * What each code says to a client where the text that came with it is not known to be ours. Its codes are those that a
 * subgraph may give; any other one of its is INTERNAL.
 */
const GENERAL = {
  UNAUTHENTICATED: 'Sign in to do this.',
  FORBIDDEN: 'This is not for the viewer.',
  BAD_USER_INPUT: 'An argument or a variable is not valid.',
  RATE_LIMITED: 'Too much at once. Try again later.',
  CONFLICT: 'This idempotency key was used with another input.',
  UNAVAILABLE: 'A part of the graph did not answer in time. Try again.',
  RESPONSE_TOO_LARGE: 'The answer would be too large. Ask for less at once.',
  INTERNAL: 'Something went wrong on our side.',
  CURSOR_INVALID: 'This is no cursor of ours.',
  CURSOR_EXPIRED: 'Events after this cursor are no longer kept; `oldest` is the first cursor that can be used.',
  CURSOR_FUTURE: 'This cursor is ahead of everything that has happened.',
  CURSOR_EPOCH_CHANGED:
    'This cursor belongs to a history that was lost in a restore. Read the state anew, then go on without it.',
  SLOW_CONSUMER: 'Events came faster than they were read. Subscribe again.',
} as const satisfies Partial<Record<ErrorCode, string>>

export type SubgraphCode = keyof typeof GENERAL

/** The code that a client is told for one that a subgraph gave. */
export const publicCode = (given: unknown): SubgraphCode =>
  typeof given === 'string' && Object.hasOwn(GENERAL, given) ? (given as SubgraphCode) : 'INTERNAL'

/** Texts that subgraphs write into errors and clients may read as they are. What stands in braces is filled in. */
const TEXTS: Readonly<Partial<Record<SubgraphCode, readonly string[]>>> = {
  FORBIDDEN: [
    'Held and removed bullets are for the host of the session.',
    'Only members see what happens in a circle.',
    'Only the host of the circle approves its members.',
    'This needs the role `{role}`.',
  ],
  BAD_USER_INPUT: [
    '`days` must be 1 to 365.',
    '`first` must be 1 to {number}.',
    '`idempotencyKey` must be 1 to {number} characters long, none of them U+0000 or half of a surrogate pair.',
    '`{name}` must be null or hold 1 to {number} ids.',
    '`{name}` names something that is not there.',
    'Cursor must be a string.',
    'DateTime must be ISO 8601 with an offset, at most to the millisecond, of the years 100 to 9999.',
    'DateTime must be a string.',
    'Decimal must be a plain number of at most 20 digits before and 18 after the point, as a string.',
    'Decimal must be a string.',
    'Duration must be ISO 8601 in days, hours, minutes and seconds, e.g. P10D or PT4H.',
    'Duration must be a string.',
    'No such circle.',
    'No such session.',
    'The request is nested too deeply, or asks for what is out of range.',
    'This is no cursor of ours.',
  ],
  RATE_LIMITED: ['A user may call `{name}` {number} times a minute. Wait {number} s, then repeat.'],
  RESPONSE_TOO_LARGE: ['The answer would be larger than {number} bytes. Ask for less at once.'],
  UNAVAILABLE: [
    'A part of the graph cannot be reached. Try again.',
    'The answer is not waited for any more.',
    'The database cannot be reached.',
    'The database is closed.',
    'The database is too busy.',
    'The platform is too busy at the moment. Try again in a second.',
    'The request was cancelled.',
    'The session has too many votes at once.',
    'Too many at once; try again.',
  ],
}

const FILLED: Readonly<Record<string, string>> = {
  role: `(?:${ROLES.join('|')})`,
  number: '[0-9]{1,15}',
  // Checked against the names of the request.
  name: '([_A-Za-z][_0-9A-Za-z]*)',
}

const patternOfPart = (part: string) => FILLED[part.slice(1, -1)] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function patternOf(text: string): string {
  return text
    .split(/(\{\w+\})/)
    .map(patternOfPart)
    .join('')
}

const PATTERNS = new Map(
  Object.entries(TEXTS).map(([code, texts]) => [code, texts.map((text) => new RegExp(`^${patternOf(text)}$`))]),
)

/** The longest of the texts, filled in. */
const MAX_LENGTH = 300

/**
 * What a client is told for a text that a subgraph gave with `code`: the text, if it is one of those that are public, and what
 * it names is among `names`; else what the code says in general.
 */
export function publicText(code: SubgraphCode, text: unknown, names: ReadonlySet<string>): string {
  const general = GENERAL[code]
  if (typeof text !== 'string') return general
  if (isPublic(code, text, names)) return text
  return (code === 'BAD_USER_INPUT' ? publicCoercion(text, names) : null) ?? general
}

function isPublic(code: SubgraphCode, text: string, names: ReadonlySet<string>): boolean {
  if (text.length > MAX_LENGTH) return false
  return (PATTERNS.get(code) ?? []).some((pattern) => {
    const [whole, ...named] = pattern.exec(text) ?? []
    return whole !== undefined && named.every((name) => names.has(name))
  })
}

/** What graphql-js says of a variable whose scalar refused it: the value, the place where that is inside, the scalar's reason. */
const COERCION = /^Variable "\$(\w+)" got invalid value .*?(?: at "([\w.[\]]+)")?; ([^;]+)$/s

/** Which variable is refused, where in it and why, without its value. Null if that is not what `text` says. */
function publicCoercion(text: string, names: ReadonlySet<string>): string | null {
  const [, variable = '', place = '', reason = ''] = COERCION.exec(text) ?? []
  if (!names.has(variable) || !isPublic('BAD_USER_INPUT', reason, names)) return null
  const isKnown = place.split(/[.[\]]+/).every((part) => part === '' || names.has(part) || /^\d{1,5}$/.test(part))
  return `Variable "$${variable}" got an invalid value${place !== '' && isKnown ? ` at "${place}"` : ''}; ${reason}`
}
