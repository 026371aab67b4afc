/** Builds the page in `gateway/graphiql` into the folder given as the only argument; run as a process of its own. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'

const FONT = /url\("?data:font\/([\w-]+);[^,)]*base64,([^)"]+)"?\)/g

/** GraphiQL's styles carry fonts inline, which a content security policy of `font-src 'self'` forbids. */
const liftFonts: Plugin = {
  name: 'lift-fonts',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const asset of Object.values(bundle)) {
      if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) continue
      asset.source = String(asset.source).replace(FONT, (_match, type: string, base64: string) => {
        const source = Buffer.from(decodeURIComponent(base64), 'base64')
        const name = `font-${createHash('sha256').update(source).digest('hex').slice(0, 16)}.${type}`
        this.emitFile({ type: 'asset', fileName: `assets/${name}`, source })
        return `url(${name})`
      })
    }
  },
}

const [, , outDir] = process.argv
if (outDir === undefined) throw new Error('usage: build.ts FOLDER')
// Closes when the parent dies, however it dies.
process.stdin.resume().once('end', () => process.exit(1))
await build({
  root: join(import.meta.dirname, '..', '..', 'graphiql'),
  base: '/graphiql/',
  configFile: false,
  logLevel: 'error',
  plugins: [react(), liftFonts],
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    target: 'es2022',
    chunkSizeWarningLimit: 10_000,
  },
})
process.stdin.destroy()
