/** The header that names a request, which its reply repeats: so a reply that answers another one is known. */
export const EXCHANGE_HEADER = 'planet-exchange'
