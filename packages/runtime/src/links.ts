import { isIPv6 } from 'node:net'
import { domainToUnicode } from 'node:url'
import tlds from 'tlds' with { type: 'json' }
import { latinLook } from './look-alikes.ts'

/** Every ending of the root zone, and the one that hidden services have. Lower case, in their own script. */
const ENDINGS = new Set([...tlds, 'onion'])

/** Endings that nobody mistakes for a word: taken with spaces, words or digits in their disguise. */
const PLAIN_ENDINGS = 'app|com|dev|finance|gg|info|io|net|online|org|ru|site|vip|xyz'

/** Words that sentences are made of. One as a name and one as an ending are two sentences without a space between them. */
const WORDS = new Set(
  `a about after again all also am an and any are as at back be because been before bought but by can come could did do
  does done down even every for from get gm gn go good had has have he hello her here hey hi him his how i if in into
  is it its just know like lol look me more most much my nah new nice no not now of off oh ok okay on one only or
  other our out over really right same say see she should so sold some still sure than thanks that the their them then
  there these they thing think this those time to today too true under until up us use very want was way we well were
  what when where which while who why will with would wow wrong yeah yes yet you your`.split(/\s+/),
)

/** Endings that begin a sentence where they are capitalised after a word that is not. */
const BEGINNINGS = new Set([...WORDS, ...'best buy live next open play read show trade watch work'.split(' ')])

/** Endings that are kinds of files too, and the names by which such a file is known. */
const FILE =
  /^(?:archive|backtest|backup|bot|build|changelog|chart|clip|config|data|index|install|lib|license|main|mod|readme|report|run|script|setup|start|strategy|test|video|web3)\.(?:md|mov|pl|ps|py|rs|sh|zip)$/i

/** A ticker with its exchange, after its sign. */
const TICKER = /^[A-Z0-9]{1,6}\.[A-Z]{1,2}$/
/** One word, or an abbreviation such as `e.g`, and an ending. */
const TWO_PARTS = /^([^.]+|\p{L}(?:\.\p{L})+)\.([^.]+)$/u

const SCHEME = /[\p{L}\p{N}]:\/\/|(?<![\p{L}\p{N}])(?:h(?:tt|xx)ps? ?:|www\d?\.[\p{L}\p{N}])/iu
/** Schemes that need no slashes; those of coins are told from pairs by the length of an address. */
const BARE_SCHEME =
  /(?<![\p{L}\p{N}])(?:(?:mailto|tel|sms|tg|magnet|javascript):[^\s:]{2}|data:[a-z]+\/|(?:bitcoin|ethereum|solana|lightning|wc):[a-z0-9]{20})/iu

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const IPV4 = new RegExp(`(?<![\\p{L}\\p{N}.,])(?:${OCTET}\\.){3}${OCTET}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'u')
const PERHAPS_IPV6 = /(?<![\p{L}\p{N}:.])[0-9a-f:.]+(?![\p{L}\p{N}])/giu

const LABEL = '[\\p{L}\\p{N}\\p{M}\\p{So}_-]'
const LABELS = new RegExp(`(?<!${LABEL})${LABEL}+(?:\\.${LABEL}+)+`, 'gu')
const SPELT_OUT = new RegExp(
  `(?<![\\p{L}\\p{N}-])([\\p{L}\\p{N}-]+)(?: dot (?:${PLAIN_ENDINGS}|me)| \\. ?(?:${PLAIN_ENDINGS})|\\. (?:com|org|xyz))(?![\\p{L}\\p{N}])`,
  'giu',
)
const SLASH_SPELT_OUT = / dot \p{L}{2,} slash /iu

/**
 * True if a text leads out of it, as a reader sees it and a machine may make it clickable: an address with a scheme, a
 * domain of any registered ending or the address of a machine, in whatever letters, dots and words it is disguised. In
 * doubt it is true: what is held wrongly costs a moderator a look, what is shown wrongly costs a reader coins.
 */
export function hasLink(text: string): boolean {
  const seen = asSeen(text)
  return SCHEME.test(seen) || BARE_SCHEME.test(seen) || IPV4.test(seen) || hasIPv6(seen) || hasDomain(seen) || isSpeltOut(seen)
}

/** The text as a reader sees it: without what does not show, and with one form for each full stop, colon and slash. */
function asSeen(text: string): string {
  return (
    text
      .normalize('NFKC')
      .replace(/[[\p{C}--\s]\p{Default_Ignorable_Code_Point}\u2800]/gv, '')
      .replace(/\s+/g, ' ')
      .replace(
        /[\u3002\u00b7\u2022\u2027\u2219\u22c5\u2e31\u30fb\u06d4\u0701\u0702\u1427\u16eb\ua4f8\ua60e\ua78f\u{10a50}]/gu,
        '.',
      )
      .replace(/[\u2236\ua789\u02d0]/g, ':')
      .replace(/[\u2044\u2215\u29f8\\]/g, '/')
      .replace(/ ?[[({<] ?(?:\.|dot) ?[\])}>] ?/gi, '.')
      // No sentence has a space before its full stop and a slash after its first word.
      .replace(/ \. ?(?=[\p{L}\p{N}-]+\/)/gu, '.')
  )
}

const hasIPv6 = (text: string): boolean =>
  [...text.matchAll(PERHAPS_IPV6)].some(([found]) => /\d/.test(found) && isIPv6(found.replace(/\.$/, '')))

const isSpeltOut = (text: string): boolean =>
  SLASH_SPELT_OUT.test(text) || [...text.matchAll(SPELT_OUT)].some(([, name = '']) => !WORDS.has(name.toLowerCase()))

const hasDomain = (text: string): boolean =>
  [...text.matchAll(LABELS)].some(({ 0: found, index }) => {
    if (isProse(found, text.slice(0, index), text.slice(index + found.length))) return false
    const labels = found.split('.')
    return labels.some((ending, i) => {
      const name = labels[i - 1]
      return name !== undefined && !name.includes('_') && isEnding(ending, name)
    })
  })

const isAscii = (text: string) => /^[a-z0-9-]+$/.test(text)

function isEnding(label: string, name: string): boolean {
  const ending = label.toLowerCase()
  if (ENDINGS.has(ending.startsWith('xn--') ? domainToUnicode(ending) : ending)) return true
  if (isAscii(ending)) return /\d/.test(ending) && new RegExp(`^(?:${PLAIN_ENDINGS})$`).test(withoutDigits(ending))
  // Scripts that set no spaces go on right after it.
  const [beginning] = /^[a-z0-9-]+(?=[^\p{Script=Latin}\p{M}\p{So}])/u.exec(ending) ?? []
  if (beginning && ENDINGS.has(beginning)) return true
  const look = latinLook(ending)
  // Words of two letters of another alphabet that happen to look like an ending are words.
  return ENDINGS.has(look) && (/[a-z]/i.test(name) || (look.length > 2 && isAscii(latinLook(name.toLowerCase()))))
}

/** The ending that digits in it stand for. */
const withoutDigits = (ending: string): string =>
  ending.replace(/[0135]/g, (digit) => ({ 0: 'o', 1: 'i', 3: 'e', 5: 's' })[digit] ?? digit)

/** Whether what looks like a domain, between what stands around it, is something else that has a dot in it. */
function isProse(found: string, before: string, after: string): boolean {
  const [, name = '', ending = ''] = TWO_PARTS.exec(found) ?? []
  if (!ending || before.endsWith('@') || /^(?::\d|\/|[?#]\w)/.test(after)) return false
  return isFullStop(name, ending, after) || FILE.test(found) || (before.endsWith('$') && TICKER.test(found))
}

/** Whether the dot ends a sentence, or an abbreviation, that the next word follows without a space. */
function isFullStop(name: string, ending: string, after: string): boolean {
  if (!/^(?:['’]\p{L}+)?[,!?;:]? [\p{L}\p{N}]/u.test(after)) return false
  const isWord = WORDS.has(name.toLowerCase()) || name.includes('.') || !/\p{L}/u.test(name)
  if (isWord && WORDS.has(ending.toLowerCase())) return true
  return /^(?:\p{Ll}+|\p{Lu}+|\d+)$/u.test(name) && /^\p{Lu}\p{Ll}+$/u.test(ending) && BEGINNINGS.has(ending.toLowerCase())
}
