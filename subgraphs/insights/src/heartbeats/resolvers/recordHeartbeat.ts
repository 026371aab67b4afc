import { invalidInput } from '@planet/runtime/refusals'
import { requireUser } from '@planet/runtime/viewer'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { findHeartbeatFaults, HEARTBEAT_MS } from '../domain/heartbeat.ts'

export const recordHeartbeat: MutationResolvers['recordHeartbeat'] = (_, { input }, ctx) => {
  const { userId } = requireUser(ctx.viewer)
  const faults = findHeartbeatFaults(input)
  if (faults.length > 0) return invalidInput(faults)
  ctx.hear(userId, input.deviceId, input.isIdle)
  return { __typename: 'RecordHeartbeatSuccess', nextAfter: HEARTBEAT_MS }
}
