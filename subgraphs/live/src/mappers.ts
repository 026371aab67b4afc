import type { Id } from '@planet/runtime/ids'
import type { AudienceState } from './audience/db/audience.ts'
import type { BulletChange } from './chat/bullet-chat.ts'
import type { BulletRow } from './chat/db/bullet.ts'
import type { ContextPinRow } from './pins/db/context-pin.ts'
import type { PredictionRow } from './predictions/db/prediction.ts'
import type { QuestionRow } from './questions/db/question.ts'
import type { BoardState } from './questions/db/question-board.ts'
import type { LiveSessionRow } from './sessions/db/live-session.ts'
import type { MomentRow } from './sessions/db/moment.ts'
import type { SeatRow, StageState } from './stage/db/stage.ts'
import type { Consensus } from './voting/domain/consensus.ts'
import type { SessionConsensus } from './voting/rooms.ts'

/** What resolvers return for a GraphQL type; read by `codegen.ts`. */
export type LiveSessionMapper = LiveSessionRow
export type ConsensusMapper = SessionConsensus
export type ConsensusSnapshotMapper = Consensus & { readonly seq: number; readonly at: Date }
export type PredictionMapper = PredictionRow
export type VoteMapper = {
  readonly probabilityUp: number
  readonly castAt: Date
  readonly revision: number
  readonly horizonMs: number
}
export type BulletMapper = BulletRow
export type BulletChangeMapper = BulletChange
export type GuestSeatMapper = SeatRow
export type StageMapper = StageState
export type QuestionMapper = QuestionRow
export type QuestionBoardMapper = BoardState
export type ContextPinMapper = ContextPinRow
export type TimelineMomentMapper = MomentRow
export type SessionAudienceMapper = AudienceState
export type UserMapper = { readonly id: Id<'User'> }
export type PostMapper = { readonly id: Id<'Post'> }
export type CreatorMapper = { readonly id: Id<'User'> }
export type InstrumentMapper = { readonly id: Id<'Instrument'> }
