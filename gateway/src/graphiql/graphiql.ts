import { open } from 'node:fs/promises'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sendJson } from '@planet/runtime/http'
import type { Logger } from '@planet/runtime/log'
import { type Bundle, ensureBundle } from './bundle.ts'

/** Everything from our origin. Monaco sets styles inline, and its styles hold small images. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** The page at `/graphiql`. */
export type Graphiql = {
  /** False if the path is none of its own. */
  answer(pathname: string, response: ServerResponse): Promise<boolean>
  /** Resolves once the page is there, or will not be. */
  readonly settled: Promise<void>
  close(): Promise<void>
}

type State =
  | { readonly kind: 'building' }
  | { readonly kind: 'ready'; readonly bundle: Bundle }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Starts building the page and returns at once. Until it is there the page says so and reloads; if the build fails the page
 * says why. `config` is asked for each visit: what `/graphiql/config.json` answers.
 */
export function startGraphiql(options: {
  readonly cacheFolder: string
  readonly config: () => Promise<unknown>
  readonly log: Logger
}): Graphiql {
  let state: State = { kind: 'building' }
  const stop = new AbortController()
  const settled = ensureBundle(options.cacheFolder, stop.signal).then(
    (bundle) => {
      state = { kind: 'ready', bundle }
    },
    (error: unknown) => {
      state = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
      if (!stop.signal.aborted) options.log.error({ err: error }, 'GraphiQL cannot be built')
    },
  )
  return {
    settled,
    async answer(pathname, response) {
      if (pathname === '/graphiql/config.json') {
        sendJson(response, 200, await options.config(), { 'cache-control': 'no-store' })
        return true
      }
      if (pathname === '/graphiql' || pathname === '/graphiql/') {
        await sendPage(state, response)
        return true
      }
      const file =
        state.kind === 'ready' && pathname.startsWith('/graphiql/')
          ? state.bundle.get(pathname.slice('/graphiql/'.length))
          : undefined
      if (file === undefined) return false
      // Names of assets hold a hash of their content.
      await sendFile(file, response, { 'cache-control': 'public, max-age=31536000, immutable' })
      return true
    },
    async close() {
      stop.abort()
      await settled
    },
  }
}

async function sendPage(state: State, response: ServerResponse): Promise<void> {
  switch (state.kind) {
    case 'ready': {
      const index = state.bundle.get('index.html')
      if (index === undefined) throw new Error('the bundle has no page')
      return sendFile(index, response, { 'cache-control': 'no-cache' })
    }
    case 'building':
      return sendText(
        response,
        { refresh: '1' },
        'GraphiQL is being built, which takes some seconds once. This page reloads by itself.',
      )
    case 'failed':
      return sendText(response, {}, `GraphiQL could not be built. The API at /graphql works.\n\n${state.reason}`)
  }
}

function sendText(response: ServerResponse, headers: OutgoingHttpHeaders, text: string): void {
  response.writeHead(503, {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
  })
  response.end(text)
}

async function sendFile(path: string, response: ServerResponse, headers: OutgoingHttpHeaders): Promise<void> {
  const file = await open(path).catch(() => null)
  if (file === null) return sendText(response, {}, `${path} is gone since the start. Start again: GraphiQL is then built anew.`)
  response.writeHead(200, {
    ...headers,
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
  })
  await pipeline(file.createReadStream(), response)
}
