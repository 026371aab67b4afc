import type { IncomingHttpHeaders } from 'node:http'

const ALLOWED_HEADERS = 'accept, authorization, content-type, last-event-id, x-graphql-cost, x-request-id'
const EXPOSED_HEADERS = 'ratelimit, ratelimit-policy, retry-after, x-request-id'
/** Browsers keep it no longer than two hours. */
const PREFLIGHT_S = 7_200

const isAllowed = (origin: string | undefined, allowed: readonly string[]): origin is string =>
  origin !== undefined && allowed.includes(origin)

/** Headers, name and value by turns, that let a page of an allowed origin read an answer; none for another. */
export const corsHeadersOf = ({ origin }: IncomingHttpHeaders, allowed: readonly string[]): string[] =>
  isAllowed(origin, allowed)
    ? ['access-control-allow-origin', origin, 'access-control-expose-headers', EXPOSED_HEADERS, 'vary', 'origin']
    : []

/** The answer to a browser that asks whether a page of another origin may send a request. */
export const preflightHeaders = ({ origin }: IncomingHttpHeaders, allowed: readonly string[]): Record<string, string> =>
  isAllowed(origin, allowed)
    ? {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': String(PREFLIGHT_S),
        vary: 'origin',
      }
    : {}
