import type { QueryResolvers } from '../../generated/resolvers.ts'
import { EXTREMISING_EXPONENT } from '../../sessions/domain/extremising.ts'
import { chooseExponent } from '../../voting/domain/record.ts'
import { readCrowdRecord } from '../db/prediction.ts'

export const Query: Pick<QueryResolvers, 'consensusRecord'> = {
  consensusRecord: async (_, __, ctx) => {
    const record = await readCrowdRecord(ctx.db)
    return { ...record, extremisingExponent: chooseExponent(record, EXTREMISING_EXPONENT) }
  },
}
