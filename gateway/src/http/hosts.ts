import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** The connection that a request came on. */
export type Connection = Pick<Socket, 'remoteAddress' | 'localAddress'>

/**
 * The names under which a gateway serves. A browser takes a name for a place: to a page of anybody's whose name has been
 * made to lead here, all that the gateway answers would be its own.
 */
export type Hosts = {
  /** From now on the gateway listens there. */
  listensOn(host: string, port: number): void
  /** Whether the `Host` of a request is known; it never is if there is none. */
  knows(host: string | undefined, connection: Connection): boolean
}

/** This machine by the names that lead to it and nowhere else. */
const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])
const HTTP_PORT = 80

const inBrackets = (address: string) => (address.includes(':') ? `[${address}]` : address)

/**
 * Knows the names of this machine with any port, for a forwarded one is another; the address that it listens on and the one
 * that a connection was made to, with the port; and `configured`, with the port where one is given, else with any.
 */
export function createHosts(configured: readonly string[]): Hosts {
  const given = new Set(configured.map((host) => host.toLowerCase()))
  let own: ReadonlySet<string> = new Set()
  let ownPort = 0
  const withPort = (host: string) => (ownPort === HTTP_PORT ? [host, `${host}:${ownPort}`] : [`${host}:${ownPort}`])
  return {
    listensOn(host, port) {
      ownPort = port
      own = new Set(withPort(inBrackets(host.toLowerCase())))
    },
    knows(text, connection) {
      if (text === undefined) return false
      const host = text.toLowerCase()
      const name = host.replace(/:\d+$/, '')
      if (LOCAL.has(name) || own.has(host) || given.has(host) || given.has(name)) return true
      // No name can be made to stand there.
      const address = connection.localAddress?.replace(/^::ffff:/, '')
      return address !== undefined && withPort(inBrackets(address)).includes(host)
    },
  }
}

/** Whether a request is for a known host, by its one `Host` and by its target where that names one too. */
export function isForKnownHost(hosts: Hosts, { headersDistinct, url = '/', socket }: IncomingMessage): boolean {
  const [host, ...others] = headersDistinct.host ?? []
  if (others.length > 0 || !hosts.knows(host, socket)) return false
  return !/^[a-z][a-z\d+.-]*:/i.test(url) || hosts.knows(URL.parse(url)?.host, socket)
}
