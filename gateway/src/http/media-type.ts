/** The two media types of a GraphQL response; they differ in the status of a request that was not executed. */
export type MediaType = 'application/json' | 'application/graphql-response+json'

/** Whether a stream of events is among what the `Accept` header takes by name. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  accept?.includes('text/event-stream') === true && (rangesOf(accept).get('text/event-stream') ?? 0) > 0

const OFFERED: readonly MediaType[] = ['application/graphql-response+json', 'application/json']
const MAX_REMEMBERED = 500
const remembered = new Map<string, MediaType | null>()

/**
 * What the `Accept` header prefers; null if it takes neither. Whoever does not say gets application/json, which every
 * client reads. Among equals the newer type wins.
 */
export function acceptedMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '*/*') return 'application/json'
  const known = remembered.get(accept)
  if (known !== undefined) return known
  const found = findAccepted(accept)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  if (accept.length <= MAX_REMEMBERED) remembered.set(accept, found)
  return found
}

function findAccepted(accept: string): MediaType | null {
  const ranges = rangesOf(accept)
  let best: { readonly type: MediaType; readonly quality: number } | null = null
  for (const type of OFFERED) {
    const quality = ranges.get(type) ?? wildQuality(type, ranges)
    if (quality > 0 && (!best || quality > best.quality)) best = { type, quality }
  }
  return best?.type ?? null
}

/** A range with a wildcard means the type that every client reads, unless that was named and refused. */
function wildQuality(type: MediaType, ranges: ReadonlyMap<string, number>): number {
  const quality = ranges.get('application/*') ?? ranges.get('*/*') ?? 0
  return type === 'application/json' || ranges.get('application/json') === 0 ? quality : 0
}

/**
 * The items of an `Accept` or `Accept-Encoding` header with their quality, 0 to 1. An item with a charset other than UTF-8
 * has quality 0.
 */
export function rangesOf(header: string): Map<string, number> {
  const ranges = new Map<string, number>()
  for (const item of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
    let quality = 1
    for (const parameter of parameters) {
      const [key, value = ''] = parameter.split('=').map((part) => part.trim())
      if (key === 'q') quality = Math.min(1, Math.max(0, Number(value) || 0))
      if (key === 'charset' && value.replaceAll('"', '') !== 'utf-8') quality = 0
    }
    if (name !== '') ranges.set(name, quality)
  }
  return ranges
}
