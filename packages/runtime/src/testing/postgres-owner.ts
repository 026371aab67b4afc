/** A process that starts an embedded Postgres and waits to be killed: see `embedded-postgres.test.ts`. */
import { startEmbeddedPostgres } from '../embedded-postgres.ts'
import { silentLog } from '../log.ts'

export type OwnerReport = { readonly url: string } | { readonly refusal: string }

const [home, ephemeral] = process.argv.slice(2)
if (!home || !process.send) throw new Error('usage: fork postgres-owner.ts HOME [ephemeral]')
const report = (message: OwnerReport) => process.send?.(message)
try {
  const { url } = await startEmbeddedPostgres({ home, ephemeral: ephemeral === 'ephemeral', log: silentLog })
  report({ url })
} catch (error) {
  report({ refusal: String(error) })
}
// Open until the parent dies or kills us.
process.on('disconnect', () => process.exit())
