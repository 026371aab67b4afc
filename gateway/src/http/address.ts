import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * The network address that a request came from: that of the connection, or the one that the outermost of so many trusted
 * proxies has put into `X-Forwarded-For`, which everybody else may write what he likes into. Of IPv6 the network of 64 bits:
 * a single client has all of it.
 */
export function addressOf(remote: string | undefined, forwardedFor: string | undefined, trustedProxies: number): string {
  const hops = trustedProxies > 0 && forwardedFor !== undefined ? forwardedFor.split(',') : []
  const forwarded = hops[Math.max(0, hops.length - trustedProxies)]?.trim()
  return networkOf(forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : (remote ?? ''))
}

export function addressOfRequest({ socket, headers }: IncomingMessage, trustedProxies: number): string {
  const forwarded = headers['x-forwarded-for']
  return addressOf(socket.remoteAddress, Array.isArray(forwarded) ? forwarded.join() : forwarded, trustedProxies)
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const GROUPS = 8
const NETWORK_GROUPS = 4

function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [, mapped] = MAPPED.exec(address) ?? []
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const missing = tail === undefined ? 0 : GROUPS - (before?.length ?? 0) - (after?.length ?? 0)
  const groups = [...(before ?? []), ...Array<string>(Math.max(0, missing)).fill('0'), ...(after ?? [])]
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
