import { connect } from 'node:net'

const PIECE_MS = 700

/**
 * How long a server bears a client that sends `text` a byte at a time, `atOnce` bytes of it at the beginning: the time from
 * the connection to its end, in milliseconds.
 */
export function timeOfSlowSender(url: string, text: string, atOnce = 1): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let left = text.slice(atOnce)
    let startedAt = 0
    const socket = connect(Number(port), hostname, () => {
      startedAt = performance.now()
      socket.setNoDelay(true).write(text.slice(0, atOnce))
    })
    const drip = setInterval(() => {
      socket.write(left.slice(0, 1))
      left = left.slice(1)
    }, PIECE_MS)
    // What the server says before it closes is of no interest.
    socket.resume()
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(drip)
      resolve(performance.now() - startedAt)
    })
  })
}
